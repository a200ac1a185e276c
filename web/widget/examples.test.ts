import { equal, ok, settled, test } from "../testing/harness";
import { FakeClock, Sockets, welcome, websiteId } from "../testing/fakes";
import { FakeJar } from "../testing/jar";
import { boot } from "./boot";
import { eventNames } from "./events";
import { configs, dos, gets, is, notYet, sets } from "./sdkCalls";

// The examples of docs/sdk.md, which the Go test serves as a script: what the page says works.

interface Example {
  line: number;
  run(): void;
}

const page = window as unknown as Record<string, unknown> & { examples: Example[]; sdkPage: string };

async function load(): Promise<void> {
  if (page.examples) return;
  const script = document.createElement("script");
  script.src = "/examples.js";
  await new Promise((done, failed) => {
    script.onload = done;
    script.onerror = failed;
    document.head.append(script);
  });
}

test("every example of the SDK's page runs, and nothing has to be said against it", async () => {
  await load();
  ok(page.examples.length > 10, "there are examples");
  const complaints: string[] = [];
  const { warn, error, log } = console;
  console.warn = console.error = (...words: unknown[]) => complaints.push(words.join(" "));
  console.log = () => {};
  try {
    for (const { line, run } of page.examples) {
      delete page.$crisp;
      delete page.$parlor;
      page.CRISP_WEBSITE_ID = websiteId;
      const sockets = new Sockets();
      const running = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock: new FakeClock(), create: sockets.create })!;
      sockets.now.opens().says(welcome());
      try {
        run();
      } catch (e) {
        complaints.push(`docs/sdk.md:${line}: ${String(e)}`);
      }
      await settled();
      running.destroy();
    }
  } finally {
    Object.assign(console, { warn, error, log });
    delete page.CRISP_TOKEN_ID;
  }
  equal(complaints, []);
});

test("the page has an example of every call and event, and names those that do nothing yet", async () => {
  await load();
  const code = page.examples.map((e) => e.run.toString()).join("\n");
  const idle = [...notYet, "hide:vacation", "helpdesk:queried"];
  const names = [sets, dos, is, gets, configs].flatMap((table) => Object.keys(table)).concat(eventNames);
  equal(names.filter((name) => !idle.includes(name) && !code.includes(`"${name}"`)), []);
  equal(idle.filter((name) => !page.sdkPage.includes(`\`${name}\``)), []);
});

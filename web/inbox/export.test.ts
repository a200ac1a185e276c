import { equal, ok, test, until } from "../testing/harness";
import { mount, type Mounted } from "./fixture/mount";
import { shop } from "./fixture/people";

/** Downloads stand in the place of the browser's: what would be saved, and under which name. */
class Downloads {
  readonly saved: { name: string; blob: Blob }[] = [];
  private readonly real = { create: URL.createObjectURL, click: HTMLAnchorElement.prototype.click };

  constructor() {
    let last: Blob | null = null;
    URL.createObjectURL = (b) => { last = b as Blob; return "blob:made"; };
    const saved = this.saved;
    HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement): void {
      ok(this.href === "blob:made" && last, "it is what was made");
      saved.push({ name: this.download, blob: last! });
    };
  }

  end(): void {
    URL.createObjectURL = this.real.create;
    HTMLAnchorElement.prototype.click = this.real.click;
  }
}

/** begin opens the dialog of Jonas and returns his session. */
async function begin(m: Mounted): Promise<string> {
  const session = await m.open("Jonas Weber");
  m.all(".details-deeds .button").find((b) => b.textContent === "Export…")!.click();
  ok(m.one("dialog").textContent!.includes("Jonas Weber"), "it says of whom");
  ok(m.one("dialog").textContent!.includes("audit log"), "it says that it is recorded");
  return session;
}

const refusal = (status: number, code: string): Response => new Response(JSON.stringify({ error: { code, message: "" } }), { status });

test("a page to read is what one gets without choosing, named by the random id", async () => {
  const m = await mount();
  const session = await begin(m);
  const downloads = new Downloads();
  equal(document.activeElement, m.one("dialog input[value=html]"));
  m.one("dialog .primary").click();
  await until(() => !document.querySelector("dialog"), "it is done");
  downloads.end();
  equal([downloads.saved.length, downloads.saved[0]?.name, await downloads.saved[0]?.blob.text()], [1, `${session}.html`, "everything as html"]);
  equal(m.node.last("export"), { t: "export", website: shop, session, format: "html" });
  ok(m.one(".toast").textContent!.includes("Downloaded"), "it is said");
  m.end();
});

test("data is there for the choosing", async () => {
  const m = await mount();
  const session = await begin(m);
  const downloads = new Downloads();
  m.one("dialog input[value=json]").click();
  m.one("dialog .primary").click();
  await until(() => !document.querySelector("dialog"), "it is done");
  downloads.end();
  equal([downloads.saved[0]?.name, await downloads.saved[0]?.blob.text()], [`${session}.json`, "everything as json"]);
  m.end();
});

test("what is refused is said, with what to do, and can be tried again", async () => {
  const m = await mount();
  await begin(m);
  const downloads = new Downloads();
  const go = m.one<HTMLButtonElement>("dialog .primary");
  const error = m.one("dialog .form-error");
  for (const [answer, words] of [
    [async () => refusal(503, "busy"), "others are exporting"], [async () => refusal(401, "unauthorized"), "log in"],
    [async () => refusal(422, "too_large"), "parlor subject export"], [async () => refusal(410, "session_closed"), "deleted"],
    [async () => refusal(418, "__proto__"), "Try again"], [async () => new Response("<html>", { status: 502 }), "Try again"],
    [async () => { throw new TypeError("network"); }, "connection"],
  ] as const) {
    m.node.exporting = answer;
    go.click();
    ok(go.disabled && error.hidden, "it is under way");
    await until(() => !error.hidden && !go.disabled, "it is said");
    ok(error.textContent!.includes(words), `${error.textContent} has ${words}`);
  }
  m.node.exporting = async () => new Response("at last");
  go.click();
  await until(() => downloads.saved.length === 1, "it worked in the end");
  downloads.end();
  m.end();
});

test("what takes its time says so after two seconds, and is given up with the dialog", async () => {
  const m = await mount();
  await begin(m);
  const downloads = new Downloads();
  let answer = (_: Response): void => {};
  m.node.exporting = () => new Promise((resolve) => { answer = resolve; });
  const began = Date.now();
  m.one("dialog .primary").click();
  const busy = m.one("dialog [role=status]");
  equal(busy.textContent, "");
  await until(() => busy.textContent!.includes("Gathering"), "it says so");
  ok(Date.now() - began >= 1_900, "not before");
  m.one("dialog .dialog-foot .button:not(.primary)").click();
  answer(new Response("too late"));
  await new Promise((done) => setTimeout(done));
  await until(() => !document.querySelector("dialog"), "it is closed");
  downloads.end();
  equal([downloads.saved.length, m.all(".toast").length], [0, 0]);
  m.end();
});

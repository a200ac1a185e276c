import { equal, ok, settled, test, until } from "../testing/harness";
import { crowd } from "./fixture/cases";
import { hostileShop } from "./fixture/hostile";
import { mount, ordinaryShop } from "./fixture/mount";
import { makeNode, makeSite, shop } from "./fixture/people";

declare const gc: (how: { type: "major"; execution: "async" }) => Promise<void>;

test("an inbox that ended leaves nothing behind", async () => {
  const refs: WeakRef<HTMLElement>[] = [];
  for (let i = 0; i < 10; i++) {
    const m = await mount();
    await m.open("Marie Dupont");
    refs.push(new WeakRef(m.one(".shell")));
    m.end();
  }
  equal(document.body.children.length, document.body.querySelectorAll(":scope > script").length, "elements of the page");
  // From a task of its own: on the stack of a script there may be what looks like a reference.
  const left = async (): Promise<number> => {
    await gc({ type: "major", execution: "async" });
    return refs.filter((r) => r.deref()).length;
  };
  // The last one may still be held by what the browser remembers of the focus and the last frame.
  for (let i = 0; i < 20 && await left() > 1; i++) await settled();
  ok(await left() <= 1, "they are collected");
});

test("text of anybody is shown as the text it is", async () => {
  const page = window as unknown as { hacked?: number };
  page.hacked = undefined;
  const m = await mount(hostileShop());
  await m.open("<script>");
  await settled();
  equal(m.root.querySelectorAll("script, iframe, object, embed, img").length, 0, "elements made of text");
  for (const element of m.root.querySelectorAll("*")) {
    for (const { name, value } of Array.from(element.attributes)) {
      ok(!name.startsWith("on"), `${element.localName} has ${name}`);
      if (name === "href") ok(/^(https?:|#|mailto:|tel:)/u.test(value), `href is ${value}`);
    }
  }
  for (const part of [".row-name", ".row-words", ".conversation-name", ".bubble", ".person-name", ".page", ".facts", ".chip", ".event-name"]) {
    ok(m.all(part).some((e) => e.textContent!.includes("<script>")), `${part} shows it`);
  }
  equal(page.hacked, undefined);
  m.end();
});

test("nothing that an agent sees loads anything from an address that a visitor chose", async () => {
  const m = await mount(hostileShop());
  await m.open("<script>");
  equal(performance.getEntriesByType("resource").filter((r) => r.name.includes("tracker.example")).length, 0);
  m.end();
});

test("the first run teaches the line, and says so when somebody is there", async () => {
  const m = await mount(makeNode([makeSite(shop, "Example Shop", "blue", [], [], Date.now())]));
  await until(() => document.querySelector(".nothing .snippet-code"), "the line is there");
  ok(m.one(".nothing .snippet-code").textContent!.includes(`CRISP_WEBSITE_ID="${shop}"`), "it names the website");
  ok(document.querySelector(".nothing .waiting"), "it waits");
  m.node.say({ t: "visitors", website: shop, count: 1, reset: true, visitors: [], gone: [] });
  await until(() => document.querySelector(".nothing .arrived"), "the first visitor is celebrated");
  m.end();
});

test("a wrong password is told, the right one opens the inbox", async () => {
  const node = ordinaryShop();
  node.loggedIn = false;
  const m = await mount(node);
  await until(() => document.activeElement?.getAttribute("name") === "email", "the login waits");
  m.write(m.one<HTMLInputElement>("[name=email]"), "ada@example.com");
  m.write(m.one<HTMLInputElement>("[name=password]"), "wrong");
  m.one("[type=submit]").click();
  await until(() => m.one(".form-error").textContent !== "", "it is told");
  m.write(m.one<HTMLInputElement>("[name=password]"), "right");
  m.one("[type=submit]").click();
  await until(() => m.all(".row").length > 0, "the inbox is there");
  m.end();
});

test("a login that ended asks again and keeps what was typed", async () => {
  const m = await mount();
  await m.open("Marie Dupont");
  const field = m.one<HTMLTextAreaElement>(".composer .field");
  m.write(field, "Dear Marie");
  m.node.loggedIn = false;
  m.node.end(4401);
  await until(() => !m.one(".login").hidden, "the login is there");
  m.write(m.one<HTMLInputElement>("[name=email]"), "ada@example.com");
  m.write(m.one<HTMLInputElement>("[name=password]"), "right");
  m.one(".login [type=submit]").click();
  await until(() => document.querySelector(".shell:not([hidden]) .sync.live"), "the conversation is back");
  equal(field.value, "Dear Marie");
  m.end();
});

test("the bar says that the connection is lost, and that it is back", async () => {
  const m = await mount();
  const sent = m.node.count("hello");
  m.node.down = true;
  m.node.end(1006);
  await until(() => m.one(".bar").dataset.kind === "waiting" && document.querySelector(".bar .link-button"), "it is told");
  m.node.down = false;
  m.one(".bar .link-button").click();
  await until(() => m.one(".bar").dataset.kind === "back", "it is back");
  equal(m.node.count("hello"), sent + 1);
  m.end();
});

test("a list of nine hundred stays short on the page, and grows as one goes down", async () => {
  const m = await mount(makeNode([makeSite(shop, "Example Shop", "blue", crowd(900), [], Date.now())]));
  const scroller = m.one(".list .list-scroll");
  await until(() => {
    scroller.scrollTop = scroller.scrollHeight;
    return m.row("Question").closest("li")?.getAttribute("aria-setsize") === "900";
  }, "all are loaded");
  ok(m.all(".list .row").length < 60, `${m.all(".list .row").length} rows on the page`);
  m.end();
});

test("too many attempts are told with the time to wait", async () => {
  const node = ordinaryShop();
  node.loggedIn = false;
  node.throttled = 1;
  const m = await mount(node);
  await until(() => document.activeElement?.getAttribute("name") === "email", "the login waits");
  m.write(m.one<HTMLInputElement>("[name=email]"), "ada@example.com");
  m.write(m.one<HTMLInputElement>("[name=password]"), "right");
  m.one("[type=submit]").click();
  await until(() => m.one(".form-error").textContent!.includes("3 s"), "it is told");
  ok(m.one<HTMLButtonElement>("[type=submit]").disabled, "nothing can be sent until then");
  m.end();
});

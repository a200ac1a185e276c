import { equal, ok, test, until } from "../testing/harness";
import { longTalk } from "./fixture/cases";
import { mount, press } from "./fixture/mount";
import { makeNode, makeSite, shop } from "./fixture/people";

test("a reply shows at once, goes out once, and is told how far it came", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  const field = m.one<HTMLTextAreaElement>(".composer .field");
  m.write(field, "  You are welcome! ");
  field.focus();
  press("Enter");
  await until(() => m.all(".bubble").some((b) => b.textContent === "You are welcome!"), "it shows");
  await until(() => document.querySelector(".row-group.me .mark-sent"), "the server has it");
  m.node.say({ t: "marks", session, read: { visitor: 3, agent: 3 }, delivered: { visitor: 3, agent: 3 } });
  await until(() => document.querySelector(".row-group.me .mark-read"), "it was read");
  equal([field.value, m.node.session(shop, session)!.messages.filter((x) => x.content === "You are welcome!").length], ["", 1]);
  m.end();
});

test("a note goes to agents only", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  press("n");
  m.write(m.one<HTMLTextAreaElement>(".composer .field"), "Call him back");
  press("Enter");
  await until(() => document.querySelector(".row-group.note"), "it shows");
  const x = m.node.session(shop, session)!;
  equal([x.notes.length, x.messages.some((y) => y.content === "Call him back")], [1, false]);
  m.end();
});

test("each conversation keeps its draft, and the list shows that there is one", async () => {
  const m = await mount();
  await m.open("Jonas Weber");
  const field = m.one<HTMLTextAreaElement>(".composer .field");
  m.write(field, "Dear Jonas");
  await m.open("Olga Petrova");
  equal(field.value, "");
  await until(() => m.row("Jonas Weber").querySelector(".row-draft"), "the list shows it");
  await m.open("Jonas Weber");
  equal(field.value, "Dear Jonas");
  m.end();
});

test("the visitor is told that somebody types, and that nobody does any more", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  const field = m.one<HTMLTextAreaElement>(".composer .field");
  field.focus();
  m.write(field, "Dear");
  m.write(field, "Dear Jonas");
  await until(() => m.node.count("typing") === 1, "told once");
  field.blur();
  await until(() => m.node.last("typing")?.on === false, "taken back");
  equal(m.node.last("typing")?.session, session);
  m.end();
});

test("what the visitor types can be read along", async () => {
  const m = await mount();
  const session = await m.open("Marie Dupont");
  m.node.say({ t: "typing", session, from: "visitor", on: true, text: "and also the re" });
  await until(() => m.one(".typing-line").textContent!.includes("and also the re"), "it shows");
  ok(m.row("Marie Dupont").querySelector(".typing"), "the list says it too");
  m.node.visitorSays(shop, session, "and also the receipt");
  await until(() => m.one(".typing-line").textContent === "", "it is over");
  m.end();
});

test("what is read is told to the server, and unread is told by a number and a weight", async () => {
  const m = await mount();
  const row = m.row("Bartholomew");
  equal(row.querySelector(".count-badge")?.firstChild?.textContent, "12");
  ok(Number(getComputedStyle(row.querySelector(".row-name")!).fontWeight) >= 600, "it is bold");
  m.end();
});

test("of a long talk the end is shown; what is older comes as one scrolls, without a jump", async () => {
  const m = await mount(makeNode([makeSite(shop, "Example Shop", "blue", [longTalk(500)], [], Date.now())]));
  await m.open("Long Talk Lena");
  const log = m.one(".log");
  equal([m.all(".log .bubble").length, log.scrollTop + log.clientHeight > log.scrollHeight - 2], [50, true]);
  const first = m.one(".log .bubble");
  // Until its scroll event came, the log keeps to the end: a frame that arrives in between takes it back there.
  await until(() => {
    if (m.node.count("history") === 0) log.scrollTop = 100;
    return m.all(".log .bubble").length === 100;
  }, "older ones came");
  ok(Math.abs(first.getBoundingClientRect().top - log.getBoundingClientRect().top) < log.clientHeight, "what was looked at is still in view");
  ok(!m.one(".jump").hidden, "there is a way back to the end");
  m.one(".jump").click();
  ok(log.scrollTop + log.clientHeight > log.scrollHeight - 2, "the end");
  m.end();
});

test("under 1100 pixels the details are a drawer that keeps the focus inside and gives it back", async () => {
  const m = await mount();
  await m.open("Marie Dupont");
  const button = m.one(".details-button");
  button.focus();
  button.click();
  equal([document.activeElement, m.one(".conversation").inert, m.one(".list").inert], [m.one(".details-close"), true, true]);
  press("Escape");
  equal([document.activeElement, m.one(".conversation").inert], [button, false]);
  m.end();
});

test("a visitor who has not written can be written to first", async () => {
  const m = await mount();
  m.one("[title=Visitors]").click();
  await until(() => m.all(".visitor-row").length === 2, "they are there");
  m.all(".visitor-row")[0]!.click();
  await until(() => document.querySelector(".conversation[data-state=silent]"), "nobody has written");
  m.write(m.one<HTMLTextAreaElement>(".composer .field"), "Can I help?");
  m.one(".composer .send").click();
  await until(() => document.querySelector(".row-group.me .mark-sent"), "it began");
  m.end();
});

test("the log is one for screen readers: new words are read out, old pages are not", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  const log = m.one(".log");
  m.node.visitorSays(shop, session, "One more thing");
  await until(() => log.textContent!.includes("One more thing"), "it came");
  equal([log.getAttribute("role"), log.getAttribute("aria-label"), log.getAttribute("aria-live")], ["log", "Messages", "polite"]);
  m.end();
});

test("what is written while the connection is lost says that it waits, and goes out once", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  m.node.down = true;
  m.node.end(1006);
  await until(() => document.querySelector(".bar .link-button"), "the connection is lost");
  m.write(m.one<HTMLTextAreaElement>(".composer .field"), "Are you there?");
  m.one(".composer .send").click();
  await until(() => document.querySelector(".mark-waiting"), "it waits");
  m.node.down = false;
  // In the last second of a wait there is no button, and then the inbox connects by itself.
  await until(() => {
    document.querySelector<HTMLElement>(".bar .link-button")?.click();
    return document.querySelector(".row-group.me .mark-sent");
  }, "it went out");
  equal(m.node.session(shop, session)!.messages.filter((x) => x.content === "Are you there?").length, 1);
  m.end();
});

test("a conversation that was deleted elsewhere shows nothing of it any more", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  m.node.say({ t: "deleted", session });
  m.node.say({ t: "removed", website: shop, session });
  await until(() => document.querySelector(".conversation[data-state=deleted]"), "it is told");
  ok(!document.body.textContent!.includes("Jonas"), "no name, no words");
  m.end();
});

import { equal, ok, settled, test, until } from "../testing/harness";
import { ada, FakeClock, history, message, sessionId, Sockets, welcome, websiteId, type FakeSocket } from "../testing/fakes";
import { FakeJar } from "../testing/jar";
import { boot, type Running } from "./boot";
import type { Sdk } from "./sdk";

const page = window as unknown as Record<string, unknown> & { $crisp?: Sdk; $parlor?: Sdk };

interface Shown {
  running: Running;
  server: FakeSocket;
  sockets: Sockets;
  clock: FakeClock;
  root: ShadowRoot;
  one<E extends HTMLElement = HTMLElement>(selector: string): E;
  all(selector: string): HTMLElement[];
  end(): void;
}

async function show(change: object = {}, config: object = {}): Promise<Shown> {
  delete page.$crisp;
  delete page.$parlor;
  page.CRISP_WEBSITE_ID = websiteId;
  page.CRISP_RUNTIME_CONFIG = { locale: "en", ...config };
  const sockets = new Sockets();
  const clock = new FakeClock();
  const running = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock, create: sockets.create })!;
  sockets.now.opens().says(welcome(change));
  await settled();
  const root = document.querySelector("parlor-chatbox")!.shadowRoot!;
  return {
    running, sockets, clock, server: sockets.now, root,
    one: <E extends HTMLElement>(selector: string) => {
      const found = root.querySelector<E>(selector);
      ok(found, `there is ${selector}`);
      return found;
    },
    all: (selector) => Array.from(root.querySelectorAll<HTMLElement>(selector)),
    end: () => {
      running.destroy();
      delete page.CRISP_RUNTIME_CONFIG;
    },
  };
}

async function open(change: object = {}, config: object = {}): Promise<Shown> {
  const s = await show(change, config);
  s.running.chatbox.open();
  await settled();
  return s;
}

const hostile = `</p><script>window.hacked=1</script><img src=x onerror="window.hacked=1"><svg onload="window.hacked=1">`;

test("text, names and titles of anybody are never markup", async () => {
  page.hacked = undefined;
  const s = await open({
    website: { id: websiteId, name: hostile, greeting: hostile },
    agents: [{ id: "x", name: hostile, avatar: "javascript:window.hacked=1" }],
    seq: 6,
  });
  s.server.says(history([
    message(1, "agent", hostile, { by: { id: "x", name: hostile, avatar: `"><script>` } }),
    message(2, "visitor", `${hostile} https://a.example/"onmouseover="window.hacked=1`),
    message(3, "agent", { url: "javascript:window.hacked=1", type: hostile, name: hostile }, { type: "file" }),
    message(4, "agent", { url: `https://a.example/"><script>`, type: "image/png", name: hostile }, { type: "animation" }),
    message(5, "agent", { url: "data:text/html,<script>", type: "audio/ogg", duration: 1 }, { type: "audio" }),
    message(6, "agent", { nothing: true }, { type: "unheard-of" }),
  ]));
  for (const [type, content] of [
    ["picker", { text: hostile, choices: [{ value: hostile, label: hostile }, null, {}] }],
    ["field", { text: hostile, explain: hostile }],
    ["carousel", { text: hostile, targets: [{ title: hostile, description: hostile, image: "javascript:1", actions: [{ label: hostile, url: "javascript:window.hacked=1" }, { label: "ok", url: "https://a.example" }] }, null] }],
    ["picker", { choices: "none" }], ["carousel", "text"],
  ] as const) s.running.chatbox.dispatch({ type: "local", local: { id: type + JSON.stringify(content), after: 6, at: 1, type, content } });
  s.server.says({ t: "typing", session: sessionId, from: "agent", on: true, by: { id: "x", name: hostile } });
  await settled();
  equal(s.all("script, iframe, object, embed").length, 0);
  for (const element of s.all("*")) {
    for (const attribute of Array.from(element.attributes)) {
      ok(!attribute.name.startsWith("on") && attribute.name !== "style", `${element.localName} has ${attribute.name}`);
      if (["href", "src"].includes(attribute.name)) ok(/^https?:/.test(attribute.value), `${attribute.name} is ${attribute.value}`);
    }
  }
  ok(s.one(".log").textContent!.includes("<script>"), "it is shown as the text it is");
  equal(page.hacked, undefined);
  s.end();
});

test("nothing needs inline styles: a strict policy of the page is enough", async () => {
  const violations: string[] = [];
  const listen = (e: SecurityPolicyViolationEvent): void => {
    if (/^(style|script)-src/.test(e.violatedDirective)) violations.push(e.violatedDirective);
  };
  document.addEventListener("securitypolicyviolation", listen);
  const s = await open();
  s.one<HTMLButtonElement>(".tools .tool").click();
  s.server.says(message(1, "agent", "hi"));
  await settled();
  equal(getComputedStyle(s.one(".panel")).width, "380px");
  document.removeEventListener("securitypolicyviolation", listen);
  equal(violations, []);
  s.end();
});

test("the panel is built when it is first opened, and closed it is out of reach", async () => {
  const s = await show();
  equal(s.all(".panel").length, 0);
  s.one<HTMLButtonElement>(".launcher").click();
  await settled();
  equal([getComputedStyle(s.one(".panel")).visibility, s.one(".launcher").getAttribute("aria-expanded")], ["visible", "true"]);
  s.one<HTMLButtonElement>(".header .tool").click();
  await until(() => getComputedStyle(s.one(".panel")).visibility === "hidden", "it is closed");
  s.end();
});

test("focus goes in with the opening and comes back with Escape", async () => {
  const s = await show();
  const launcher = s.one<HTMLButtonElement>(".launcher");
  launcher.focus();
  // A test has no user's hand: what the browser would say after a click.
  Object.defineProperty(navigator, "userActivation", { value: { isActive: true, hasBeenActive: true }, configurable: true });
  launcher.click();
  await settled();
  equal(s.root.activeElement?.localName, "textarea");
  s.root.activeElement!.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true, composed: true }));
  await settled();
  ok(s.root.activeElement === launcher, "back on the launcher");
  delete (navigator as unknown as Record<string, unknown>).userActivation;
  s.end();
});

test("a page that opens the chat on its own keeps its focus", async () => {
  const input = document.body.appendChild(document.createElement("input"));
  input.focus();
  Object.defineProperty(navigator, "userActivation", { value: { isActive: false, hasBeenActive: false }, configurable: true });
  const s = await open();
  ok(document.activeElement === input, "the page's input has it");
  delete (navigator as unknown as Record<string, unknown>).userActivation;
  input.remove();
  s.end();
});

test("keys pressed in the chat are none of the page's shortcuts", async () => {
  let heard = 0;
  const listen = (): number => heard++;
  document.addEventListener("keydown", listen);
  const s = await open();
  s.one("textarea").dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true, composed: true }));
  equal(heard, 0);
  document.removeEventListener("keydown", listen);
  s.end();
});

function type(s: Shown, text: string): HTMLTextAreaElement {
  const input = s.one<HTMLTextAreaElement>("textarea");
  input.value = text;
  input.dispatchEvent(new Event("input"));
  return input;
}

const enter = (change: object = {}): KeyboardEvent => new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...change });

test("Enter sends, Shift and Enter breaks, an input method's Enter does neither", async () => {
  const s = await open();
  const input = type(s, "Where is my parcel?");
  for (const event of [enter({ shiftKey: true }), enter({ isComposing: true }), enter({ keyCode: 229 })]) {
    input.dispatchEvent(event);
    equal([event.defaultPrevented, s.server.count("message")], [false, 0]);
  }
  input.dispatchEvent(enter());
  equal([s.server.last("message")!.content, input.value], ["Where is my parcel?", ""]);
  type(s, "   ").dispatchEvent(enter());
  equal(s.server.count("message"), 1);
  s.end();
});

test("the composer grows to five lines, and says when the words are too many", async () => {
  const s = await open();
  const height = (): number => s.one("textarea").offsetHeight;
  const one = height();
  type(s, "a\nb");
  const two = height();
  type(s, "a\nb\nc\nd\ne");
  const five = height();
  type(s, Array(30).fill("x").join("\n"));
  ok(two > one && five > two && height() <= five + 1, `heights ${one} ${two} ${five} ${height()}`);
  type(s, "x".repeat(3_950));
  equal(s.one(".left").textContent, "50 left");
  type(s, "🙂".repeat(4_001));
  equal([s.one(".left").textContent, s.one<HTMLButtonElement>(".send").disabled], ["-1 left", true]);
  s.end();
});

test("the log is kept: a new message touches no old one", async () => {
  const s = await open({ seq: 2 });
  s.server.says(history([message(1, "agent"), message(2, "visitor")]));
  await settled();
  const rows = s.all(".log > *");
  const touched: MutationRecord[] = [];
  const observer = new MutationObserver((r) => touched.push(...r));
  rows.forEach((row) => observer.observe(row, { childList: true, subtree: true, attributes: true, characterData: true }));
  s.server.says(message(3, "agent", "new", { at: 1_764_000_900_000 }));
  await settled();
  touched.push(...observer.takeRecords());
  equal(touched.length, 0);
  rows.forEach((row, i) => ok(s.all(".log > *")[i] === row, `row ${i} is the same`));
  s.end();
});

test("an own message goes from sending to read in one element", async () => {
  const s = await open();
  type(s, "mine").dispatchEvent(enter());
  await settled();
  const row = s.one(".row.mine");
  const meta = (): string => row.querySelector(".meta span")!.textContent!;
  equal(meta(), "Sending…");
  s.server.says({ t: "ack", id: s.server.last("message")!.id, seq: 1, at: Date.now() });
  await settled();
  equal(meta(), "Sent");
  const marks = (read: number, delivered: number): object => ({ t: "marks", session: sessionId, read: { visitor: 0, agent: read }, delivered: { visitor: 0, agent: delivered } });
  s.server.says(marks(0, 1));
  await settled();
  equal(meta(), "Delivered");
  s.server.says(marks(1, 1));
  await settled();
  equal([meta(), s.one(".row.mine") === row], ["Read", true]);
  s.end();
});

test("a message that failed can be sent again or removed", async () => {
  const s = await open();
  type(s, "mine").dispatchEvent(enter());
  s.server.says({ t: "error", id: s.server.last("message")!.id, code: "invalid", message: "" });
  await settled();
  const [retry, remove] = s.all(".failed .link") as HTMLButtonElement[];
  retry!.click();
  equal(s.server.count("message"), 2);
  s.server.says({ t: "error", id: s.server.last("message")!.id, code: "invalid", message: "" });
  await settled();
  remove!.click();
  await settled();
  equal(s.all(".row.mine").length, 0);
  s.end();
});

test("older messages come above without a jump", async () => {
  const s = await open({ seq: 100 });
  const many = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => message(from + i, "agent", `message ${from + i}\nwith a second line`));
  s.server.says(history(many(51, 100), true));
  await settled();
  const log = s.one(".log");
  await until(() => log.scrollHeight > 2_000, "there is enough to scroll");
  ok(log.scrollHeight - log.scrollTop - log.clientHeight < 2, "it begins at the end");
  log.scrollTop = 20;
  await until(() => s.server.count("history") === 1, "older ones are asked for");
  const anchor = s.all(".row")[3]!;
  const before = anchor.getBoundingClientRect().top;
  s.server.says(history(many(1, 50), false, { ref: s.server.last("history")!.ref }));
  await until(() => s.all(".row").length > 100, "they are there");
  ok(Math.abs(anchor.getBoundingClientRect().top - before) < 60, `it moved by ${anchor.getBoundingClientRect().top - before}`);
  equal(s.all(".skeletons").length, 0);
  s.end();
});

test("who reads above is not moved by a new message, and is told of it", async () => {
  const s = await open({ seq: 60 });
  s.server.says(history(Array.from({ length: 60 }, (_, i) => message(1 + i, "agent"))));
  await settled();
  const log = s.one(".log");
  log.scrollTop = 300;
  await settled();
  s.server.says(message(61, "agent"));
  await settled();
  equal([log.scrollTop, s.one(".jump").hidden], [300, false]);
  s.one<HTMLButtonElement>(".jump").click();
  ok(log.scrollHeight - log.scrollTop - log.clientHeight < 2, "at the end");
  s.end();
});

test("a closed chat shows a badge with words, announces, and peeks", async () => {
  const s = await show();
  s.server.says(message(1, "agent", "On its way."));
  await settled();
  equal([s.one(".badge").textContent, s.one(".launcher").getAttribute("aria-label")], ["1", "Open chat, 1 unread"]);
  equal(s.one("[aria-live=polite].hidden-text").textContent, "Ada writes: On its way.");
  equal(s.one(".peek .words").textContent, "On its way.");
  s.one<HTMLButtonElement>(".peek .tool").click();
  await settled();
  equal([s.one(".peek").hidden, s.one(".badge").hidden], [true, false]);
  s.end();
});

test("the log announces politely, and never what was there before", async () => {
  const s = await open();
  const log = s.one(".log");
  equal([log.getAttribute("role"), log.getAttribute("aria-live"), log.getAttribute("aria-busy")], ["log", "polite", "true"]);
  s.server.says(message(1, "agent"));
  await settled();
  equal(log.getAttribute("aria-busy"), "false");
  s.end();
});

test("nobody online asks for an address, and takes only one", async () => {
  const s = await open({ online: false, agents: [] });
  const input = s.one<HTMLInputElement>(".away input");
  const submit = (): void => void s.one(".away form").dispatchEvent(new Event("submit", { cancelable: true }));
  input.value = "nonsense";
  submit();
  equal(s.one(".wrong").textContent, "Please check the address.");
  input.value = "marie@example.com";
  submit();
  await settled();
  equal(s.server.last("user")!.email, "marie@example.com");
  ok(s.one(".away").textContent!.includes("marie@example.com"), "thanks with the address");
  s.end();
});

test("a picker answers in the visitor's name, once", async () => {
  const s = await open();
  s.running.chatbox.dispatch({ type: "local", local: { id: "l", after: 0, at: 1, type: "picker", content: { text: "Which?", choices: [{ value: "1", label: "One" }, { value: "2", label: "Two" }] } } });
  await settled();
  const [one, two] = s.all(".choice") as HTMLButtonElement[];
  two!.click();
  one!.click();
  equal([s.server.count("message"), s.server.last("message")!.content, two!.getAttribute("aria-pressed")], [1, "Two", "true"]);
  s.end();
});

test("offline says so, and that nothing is lost", async () => {
  const s = await open();
  s.server.ends(1006);
  s.clock.advance(2_000);
  await settled();
  ok(s.one(".offline").textContent!.startsWith("No connection."), "told");
  type(s, "mine").dispatchEvent(enter());
  await settled();
  equal(s.one(".row.mine .meta span").textContent, "Waiting for connection");
  s.end();
});

test("right to left: direction, side and order are mirrored", async () => {
  const s = await open({}, { locale: "ar" });
  s.server.says(message(1, "agent", "Hello in Latin"));
  await settled();
  equal([s.one(".box").dir, getComputedStyle(s.one(".panel")).direction, (s.root.host as HTMLElement).dataset.side], ["rtl", "rtl", "left"]);
  ok(s.one(".panel").getBoundingClientRect().left >= 0 && s.one(".panel").getBoundingClientRect().left < 100, "on the left");
  ok(s.one(".header .tool").getBoundingClientRect().left < s.one(".title").getBoundingClientRect().left, "close is on the left");
  equal(getComputedStyle(s.one(".row.theirs .bubble")).direction, "ltr", "each text has its own direction");
  s.end();
});

test("position:reverse puts it on the other side", async () => {
  const s = await show();
  ok(s.one(".launcher").getBoundingClientRect().right > innerWidth - 100, "right");
  page.$crisp!.push(["config", "position:reverse", [true]]);
  await settled();
  ok(s.one(".launcher").getBoundingClientRect().left < 100, "left");
  s.end();
});

test("the page's styles do not reach in, and cannot move it", async () => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { font-size: 40px; color: red; text-transform: uppercase; letter-spacing: 9px; line-height: 3 } body > * { position: static; display: none; opacity: 0.1; transform: rotate(9deg) }");
  document.adoptedStyleSheets = [sheet];
  const s = await open();
  const style = getComputedStyle(s.one(".title"));
  equal([style.fontSize, style.textTransform, style.letterSpacing === "9px"], ["17px", "none", false]);
  const launcher = s.one(".launcher").getBoundingClientRect();
  equal([launcher.width, launcher.height, getComputedStyle(s.root.host).position], [56, 56, "fixed"]);
  document.adoptedStyleSheets = [];
  s.end();
});

test("it comes back when a page replaces its body's children", async () => {
  const s = await show();
  document.querySelector("parlor-chatbox")!.remove();
  s.server.says(message(1, "agent"));
  await settled();
  ok(document.querySelector("parlor-chatbox")?.shadowRoot?.querySelector(".badge"), "it is back, with the badge");
  s.end();
});

test("hide:on:away hides a closed chat when nobody is there", async () => {
  const s = await show({ online: false, agents: [] });
  equal(s.one(".box").hidden, false);
  page.$crisp!.push(["config", "hide:on:away", [true]]);
  await settled();
  equal(s.one(".box").hidden, true);
  s.server.says({ t: "presence", online: true, agents: [ada] });
  await settled();
  equal(s.one(".box").hidden, false);
  s.end();
});

test("mounted and removed ten times, nothing is left", async () => {
  const listeners = new Map<EventTarget, number>();
  const add = EventTarget.prototype.addEventListener;
  const remove = EventTarget.prototype.removeEventListener;
  const count = (target: EventTarget, by: number): void => {
    if ([window, document, window.visualViewport, (window as { navigation?: EventTarget }).navigation].includes(target as Window)) listeners.set(target, (listeners.get(target) ?? 0) + by);
  };
  EventTarget.prototype.addEventListener = function (this: EventTarget | undefined, ...args: Parameters<typeof add>) {
    count(this ?? window, 1);
    add.apply(this ?? window, args);
  };
  EventTarget.prototype.removeEventListener = function (this: EventTarget | undefined, ...args: Parameters<typeof remove>) {
    count(this ?? window, -1);
    remove.apply(this ?? window, args);
  };
  const refs: WeakRef<object>[] = [];
  for (let i = 0; i < 10; i++) {
    const s = await open({ triggers: [{ name: "a", after_ms: 10_000 }] });
    s.server.says(message(1, "agent"));
    s.one<HTMLButtonElement>(".tools .tool").click();
    await settled();
    refs.push(new WeakRef(s.root.host), new WeakRef(s.running.chatbox));
    s.end();
    equal([s.clock.pending(), s.server.closed, s.all(".box").length], [0, true, 0], `round ${i}`);
  }
  EventTarget.prototype.addEventListener = add;
  EventTarget.prototype.removeEventListener = remove;
  equal([...listeners.values()].filter((n) => n > 0), [], "listeners that stay");
  equal(document.querySelectorAll("parlor-chatbox").length, 0);
  delete page.$crisp;
  delete page.$parlor;
  const gc = (globalThis as { gc?: () => void }).gc;
  ok(gc, "the browser was started with --expose-gc");
  for (let i = 0; i < 5; i++) {
    gc();
    await new Promise((done) => setTimeout(done, 20));
  }
  const kept = refs.filter((r) => r.deref()).length;
  ok(kept <= 2, `${kept} of 20 objects are still held`); // the last round's may stand in a register
});

test("the newest message stays in sight when the room shrinks, unless the visitor reads above", async () => {
  const v = await open({ seq: 40 });
  v.server.says(history(Array.from({ length: 40 }, (_, i) => message(i + 1, "agent", `line ${i}`))));
  await settled();
  const log = v.one(".log");
  const panel = v.one(".panel");
  const below = () => log.scrollHeight - log.scrollTop - log.clientHeight;
  await until(() => below() < 2, "the end is shown");
  panel.classList.add("small");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(".small { height: 300px !important }");
  v.root.adoptedStyleSheets = [...v.root.adoptedStyleSheets, sheet];
  await until(() => log.clientHeight < 250 && below() < 2, "the end is shown in the smaller room");
  log.scrollTop = 100;
  await new Promise((done) => log.addEventListener("scroll", done, { once: true }));
  panel.classList.remove("small");
  await until(() => log.clientHeight > 250, "the room is back");
  await settled();
  equal(log.scrollTop, 100);
  v.end();
});

test("while the connection is gone nobody is said to be online", async () => {
  const v = await open();
  const status = v.one(".status");
  equal([status.textContent, status.classList.contains("online")], ["Online", true]);
  v.server.ends(1006);
  v.clock.advance(1_500);
  await settled();
  equal([status.textContent, status.classList.contains("online")], ["Reconnecting…", false]);
  v.end();
});

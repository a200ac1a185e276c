import { equal, ok, settled, test, throws } from "../testing/harness";
import { FakeClock, message, sessionId, Sockets, welcome, websiteId, type FakeSocket } from "../testing/fakes";
import { FakeJar } from "../testing/jar";
import { boot, type Running } from "./boot";
import { companyOf, dataOf, eventsOf, flagOf, segmentsOf, textOf } from "./sdkForms";
import { rowsOf } from "./rows";
import type { Sdk } from "./sdk";

const page = window as unknown as Record<string, unknown> & { $crisp: Sdk; $parlor: Sdk };

interface Booted {
  running: Running;
  server(): FakeSocket;
  sockets: Sockets;
  clock: FakeClock;
  end(): void;
}

function start(queue?: unknown[], before: () => void = () => {}): Booted {
  delete (page as Partial<typeof page>).$crisp;
  delete (page as Partial<typeof page>).$parlor;
  if (queue) page.$crisp = queue as Sdk;
  page.CRISP_WEBSITE_ID = websiteId;
  before();
  const sockets = new Sockets();
  const clock = new FakeClock();
  const running = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock, create: sockets.create })!;
  return { running, sockets, clock, server: () => sockets.now, end: () => {
    running.destroy();
  } };
}

const state = (b: Booted) => b.running.chatbox.state;

test("the page's array is taken over in place, replayed in order", () => {
  const heard: unknown[] = [];
  const queue: unknown[] = [
    ["safe", true],
    ["on", "user:email:changed", (v: unknown) => heard.push(v)],
    ["set", "user:email", ["first@example.com"]],
    ["set", "user:email", ["second@example.com"]],
    ["do", "chat:open"],
    ["config", "color:theme", ["green"]],
  ];
  const b = start(queue);
  ok(page.$crisp === queue && page.$parlor === queue, "the same object under both names");
  ok(Array.isArray(page.$crisp), "still an array");
  equal(heard, ["first@example.com", "second@example.com"]);
  equal([state(b).open, state(b).settings.theme, page.$crisp.length], [true, "green", 0]);
  b.end();
});

test("get and is work before anything came over the network", () => {
  const b = start();
  equal(["chat:opened", "chat:closed", "chat:visible", "chat:hidden", "chat:small", "chat:large", "session:ongoing", "website:available"].map((m) => page.$crisp.is(m)),
    [false, true, true, false, true, false, false, false]);
  equal(["chat:unread:count", "message:text", "session:identifier", "session:data", "user:email", "user:phone", "user:nickname", "user:avatar", "user:company"].map((m) => page.$crisp.get(m)),
    [0, null, null, {}, null, null, null, null, null]);
  page.$crisp.push(["set", "session:data", [[["plan", "pro"], ["seats", 5], ["paid", true]]]]);
  equal([page.$crisp.get("session:data", "seats"), page.$crisp.get("session:data"), page.$crisp.get("session:data", "toString")],
    [5, { plan: "pro", seats: 5, paid: true }, null]);
  b.server().opens().says(welcome());
  equal([page.$crisp.get("session:identifier"), page.$crisp.is("website:available")], [sessionId, true]);
  b.end();
});

test("the chat's own calls", () => {
  const b = start();
  b.server().opens().says(welcome());
  const seen: string[] = [];
  page.$crisp.push(["on", "chat:opened", () => seen.push("opened")], ["on", "chat:closed", () => seen.push("closed")]);
  page.$crisp.push(["do", "chat:toggle"]);
  page.$crisp.do("chat:toggle");
  page.$crisp.do("chat:open", []);
  page.$crisp.push(["off", "chat:closed"]);
  page.$crisp.do("chat:close");
  equal(seen, ["opened", "closed", "opened"]);
  page.$crisp.do("chat:hide");
  equal([page.$crisp.is("chat:visible"), page.$crisp.is("chat:hidden")], [false, true]);
  page.$crisp.do("chat:show");
  equal(page.$crisp.is("chat:visible"), true);
  b.end();
});

test("message:send writes as the visitor, message:show as the website, here only", () => {
  const b = start();
  b.server().opens().says(welcome());
  page.$crisp.push(["do", "message:send", ["text", "Hello"]]);
  const first = b.server().last("message")!;
  equal([first.type, first.content], ["text", "Hello"]);
  b.server().says({ t: "ack", id: first.id, seq: 1, at: 1 });
  page.$crisp.push(["do", "message:send", ["file", { url: "https://example.com/a.pdf", type: "application/pdf", name: "a.pdf", other: 1 }]]);
  equal(b.server().last("message")!.content, { url: "https://example.com/a.pdf", type: "application/pdf", name: "a.pdf" });
  page.$crisp.push(["do", "message:show", ["picker", { id: "p", text: "Which?", choices: [{ value: "1", label: "One" }] }]]);
  equal([b.server().count("message"), state(b).locals.map((l) => [l.type, l.after])], [2, [["picker", 2]]]);
  b.end();
});

test("what this chatbox has no part for runs, and says so once", () => {
  const b = start();
  const said: string[] = [];
  const warn = console.warn;
  console.warn = (...words: unknown[]) => said.push(words.join(" "));
  try {
    page.$crisp.push(["do", "helpdesk:search"], ["do", "helpdesk:search"], ["config", "hide:vacation", [true]]);
    page.$crisp.push(["do", "overlay:open", [() => {}]], ["on", "hugo:tool:find_order", () => {}], ["off", "hugo:tool:find_order"]);
  } finally {
    console.warn = warn;
  }
  equal(said.map((words) => /^Parlor: (\S+) is accepted, but/.exec(words)?.[1]), ["helpdesk:search", "hide:vacation", "overlay:open", "hugo:tool:find_order"]);
  b.end();
});

test("a script loaded again in the page takes over what was not sent yet", () => {
  const b = start([["do", "chat:open"]]);
  page.$crisp.push(["do", "message:send", ["text", "not sent yet"]], ["set", "message:text", ["half"]]);
  delete (page as Partial<typeof page>).$crisp;
  delete (page as Partial<typeof page>).$parlor;
  const sockets = new Sockets();
  const second = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock: new FakeClock(), create: sockets.create })!;
  sockets.now.opens().says(welcome());
  equal([sockets.now.last("message")!.content, page.$crisp.get("message:text"), page.$crisp.is("chat:opened")], ["not sent yet", "half", true]);
  second.destroy();
  b.end();
});

test("a page that deleted only $crisp gets it back", () => {
  const b = start();
  b.server().opens().says(welcome());
  delete (page as Partial<typeof page>).$crisp;
  const second = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock: b.clock, create: b.sockets.create })!;
  equal([typeof page.$crisp.get, page.$crisp === page.$parlor, document.querySelectorAll("parlor-chatbox").length], ["function", true, 1]);
  second.destroy();
  b.end();
});

test("what the page shows stands behind what was written before it", () => {
  const b = start();
  b.server().opens().says(welcome({ website: { id: websiteId, name: "Demo" } }));
  page.$crisp.push(["do", "message:send", ["text", "one"]], ["do", "message:show", ["text", "two"]], ["do", "message:send", ["text", "three"]]);
  const texts = (): unknown[] => rowsOf(state(b)).flatMap((r) => (r.kind === "message" ? [r.content] : []));
  equal(texts(), ["one", "two", "three"]);
  b.server().says({ t: "ack", id: b.server().last("message")!.id, seq: 1, at: 1 });
  equal(texts(), ["one", "two", "three"]);
  b.end();
});

test("message:text fills the composer and is read back", () => {
  const b = start();
  page.$crisp.push(["set", "message:text", ["Hi, I would like"]]);
  equal(page.$crisp.get("message:text"), "Hi, I would like");
  page.$crisp.set("message:text", "bare");
  equal(page.$crisp.get("message:text"), "bare");
  b.end();
});

test("what is set goes over the wire in the protocol's form", async () => {
  const b = start();
  b.server().opens().says(welcome());
  const answer = async (): Promise<void> => {
    const asked = b.server().sent[b.server().sent.length - 1]!;
    b.server().says({ t: "ack", ref: asked.ref });
    await settled();
  };
  page.$crisp.push(["set", "user:company", ["Acme", { url: "https://acme.example", employment: ["CTO", "Tech"], geolocation: ["France", "Lille"], x: 1 }]]);
  equal(b.server().last("user")!.company, { name: "Acme", url: "https://acme.example", employment: ["CTO", "Tech"], geolocation: ["France", "Lille"] });
  await answer();
  page.$crisp.push(["set", "session:segments", [["vip", "paid"], true]]);
  equal([b.server().last("segments")!.segments, b.server().last("segments")!.overwrite], [["vip", "paid"], true]);
  await answer();
  page.$crisp.push(["set", "session:event", [[["checkout", { total: 12 }, "red"]]]]);
  equal([b.server().last("event")!.name, b.server().last("event")!.data, b.server().last("event")!.color], ["checkout", { total: 12 }, "red"]);
  b.end();
});

test("sloppy forms of public code are understood", () => {
  const want = { a: "1", b: 2 };
  for (const form of [[[["a", "1"], ["b", 2]]], [["a", "1"], ["b", 2]], [{ a: "1", b: 2 }], { a: "1", b: 2 }]) equal(dataOf(form), want);
  for (const form of [["a", "1"], [["a", "1"]], [[["a", "1"]]]]) equal(dataOf(form), { a: "1" });
  for (const form of ["e", ["e"], [["e"]], [[["e"]]]]) equal(eventsOf(form), [{ t: "event", name: "e" }]);
  equal(eventsOf([[["a", "red"], ["b", { x: 1 }], ["c", {}, "blue"]]]),
    [{ t: "event", name: "a", color: "red" }, { t: "event", name: "b", data: { x: 1 } }, { t: "event", name: "c", color: "blue" }]);
  for (const form of ["s", ["s"], [["s"]]]) equal(segmentsOf(form), { segments: ["s"], overwrite: false });
  equal(segmentsOf(["a", "b"]), { segments: ["a", "b"], overwrite: false });
  equal([companyOf("Acme"), companyOf(["Acme"]), companyOf([null])], [{ name: "Acme" }, { name: "Acme" }, null]);
  equal([textOf("x"), textOf(["x"]), textOf([7]), textOf([null]), textOf([])], ["x", "x", "7", null, null]);
  equal([flagOf([true]), flagOf(true), flagOf([]), flagOf([false]), flagOf(["false"])], [true, true, true, false, false]);
});

test("bad calls throw, or warn in safe mode; in the replay none stops the next", async () => {
  const quiet = console.error;
  console.error = () => {};
  const b = start([["do", "no:such"], ["nonsense"], "text", ["set", "user:nickname", ["Marie"]]]);
  console.error = quiet;
  equal(page.$crisp.get("user:nickname"), "Marie");
  for (const bad of [["do", "no:such"], ["what"], ["on", "no:event", () => {}], ["on", "chat:opened", "text"], ["do", "message:send", ["text", ""]],
    ["do", "message:send", ["file", { url: "javascript:alert(1)" }]], ["set", "session:data", []], ["do", "constructor"], ["config", "container:index", ["x"]]]) {
    await throws(() => page.$crisp.push(bad), JSON.stringify(bad));
  }
  await throws(() => page.$crisp.get("no:such"));
  const warn = console.warn;
  let warned = 0;
  console.warn = () => warned++;
  page.$crisp.push(["safe", true]);
  page.$crisp.push(["do", "no:such"]);
  equal([page.$crisp.is("no:such"), page.$crisp.get("no:such"), warned], [false, null, 3]);
  console.warn = warn;
  b.end();
});

test("what this chatbox has no part for is accepted and does nothing", () => {
  const b = start();
  const before = b.running.chatbox.state;
  for (const method of ["helpdesk:search", "helpdesk:query", "helpdesk:article:open", "bot:scenario:run", "overlay:open", "overlay:close", "message:thread:start", "message:thread:end"]) {
    page.$crisp.push(["do", method, ["x"]]);
  }
  page.$crisp.push(["config", "hide:vacation", [true]]);
  page.$crisp.push(["on", "helpdesk:queried", () => {}]);
  ok(b.running.chatbox.state === before, "nothing changed");
  b.end();
});

test("settings are taken", () => {
  const b = start();
  for (const [name, value] of [["hide:on:away", true], ["hide:on:mobile", true], ["position:reverse", true], ["show:operator:count", false], ["sound:mute", true], ["availability:tooltip", false], ["container:index", 99]] as const) {
    page.$crisp.push(["config", name, [value]]);
  }
  equal(state(b).settings, { tooltip: false, hideOnAway: true, hideOnMobile: true, reverse: true, operatorCount: false, mute: true, zIndex: 99, theme: "" });
  b.end();
});

test("loading the script twice changes nothing", () => {
  const b = start();
  const again = boot({ origin: "https://chat.shop.example" });
  ok(again === b.running, "the same chatbox");
  equal(document.querySelectorAll("parlor-chatbox").length, 1);
  b.end();
});

test("after delete window.$crisp the script can be loaded again", () => {
  const b = start();
  b.server().opens().says(welcome());
  delete (page as Partial<typeof page>).$crisp;
  delete (page as Partial<typeof page>).$parlor;
  page.$crisp = [["set", "user:nickname", ["Second"]]] as unknown as Sdk;
  const sockets = new Sockets();
  const second = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock: new FakeClock(), create: sockets.create })!;
  ok(second !== b.running && b.server().closed, "the first one ended");
  equal([document.querySelectorAll("parlor-chatbox").length, page.$crisp.get("user:nickname")], [1, "Second"]);
  second.destroy();
  b.end();
});

test("a page that speaks Parlor's own names is understood", () => {
  delete page.CRISP_WEBSITE_ID;
  delete (page as Partial<typeof page>).$crisp;
  page.$parlor = [["set", "user:nickname", ["P"]]] as unknown as Sdk;
  page.PARLOR_WEBSITE_ID = websiteId;
  const sockets = new Sockets();
  const running = boot({ origin: "https://chat.shop.example", jar: new FakeJar("www.shop.example"), clock: new FakeClock(), create: sockets.create })!;
  equal([page.$parlor.get("user:nickname"), page.$crisp === page.$parlor], ["P", true]);
  running.destroy();
  delete page.PARLOR_WEBSITE_ID;
});

test("without a website nothing starts", () => {
  delete page.CRISP_WEBSITE_ID;
  equal(boot({ origin: "https://chat.shop.example" }), null);
});

test("the ready trigger is called once, also when it is set late", async () => {
  let ready = 0;
  const b = start(undefined, () => {
    delete page.CRISP_READY_TRIGGER;
  });
  await settled();
  page.CRISP_READY_TRIGGER = () => ready++;
  b.server().opens().says(welcome());
  equal(ready, 1);
  b.server().says(message(1, "agent"));
  await settled();
  equal(ready, 1);
  delete page.CRISP_READY_TRIGGER;
  b.end();
  const early = start(undefined, () => {
    page.CRISP_READY_TRIGGER = () => {
      ready++;
      equal(page.$crisp.is("chat:closed"), true);
    };
  });
  await settled();
  await settled();
  equal(ready, 2);
  delete page.CRISP_READY_TRIGGER;
  early.end();
});

test("a listener that throws stops no other", () => {
  const quiet = console.error;
  console.error = () => {};
  const b = start();
  let heard = 0;
  page.$crisp.push(["on", "chat:opened", () => {
    throw new Error("of the page");
  }]);
  page.$crisp.push(["on", "chat:opened", () => heard++]);
  page.$crisp.do("chat:open");
  equal(heard, 1);
  console.error = quiet;
  b.end();
});

test("events carry what pages expect", () => {
  const b = start();
  const heard: Record<string, unknown>[] = [];
  page.$crisp.push(["on", "message:received", (m: Record<string, unknown>) => heard.push(m)]);
  b.server().opens().says(welcome());
  b.server().says(message(1, "agent", "On its way."));
  equal([heard[0]!.type, heard[0]!.content, heard[0]!.from, heard[0]!.is_me, (heard[0]!.user as { nickname: string }).nickname], ["text", "On its way.", "operator", false, "Ada"]);
  b.end();
});

test("consent is granted and revoked", () => {
  const b = start();
  b.server().opens().says(welcome());
  equal(page.$crisp.is("consent:granted"), false);
  page.$crisp.push(["do", "consent:grant", [["segments"]]]);
  equal(page.$crisp.is("consent:granted"), true);
  page.$crisp.push(["do", "consent:revoke"]);
  equal(page.$crisp.is("consent:granted"), false);
  b.end();
});

test("P13: where consent is demanded, what the page tells waits for it, and revoking takes it back", async () => {
  const b = start([["set", "session:data", [[["plan", "pro"]]]], ["set", "session:segments", [["vip"]]], ["set", "session:event", [["checkout"]]]]);
  b.server().opens().says(welcome({ consent: { required: true } }));
  const told = (): string[] => b.server().sent.map((f) => f.t).filter((t) => ["consent", "data", "segments", "event"].includes(t));
  const ack = async (): Promise<void> => {
    b.server().says({ t: "ack", ref: b.server().sent[b.server().sent.length - 1]!.ref });
    await settled();
  };
  await settled();
  equal([told(), page.$crisp.is("consent:granted")], [[], false]);
  page.$crisp.push(["do", "consent:grant"]);
  equal([told(), b.server().last("consent")!.tracking], [["consent"], true]);
  for (let i = 0; i < 4; i++) await ack();
  equal(told(), ["consent", "data", "segments", "event"]);
  page.$crisp.push(["do", "consent:revoke"]);
  await ack();
  equal([told().length, b.server().last("consent")!.tracking, page.$crisp.get("session:data"), page.$crisp.is("consent:granted")], [5, false, {}, false]);
  page.$crisp.push(["set", "session:event", [["later"]]]);
  await settled();
  equal(told().length, 5);
  b.end();
});

test("P13: revoking in one tab is revoking in all", async () => {
  const b = start();
  b.server().opens().says(welcome({ consent: { required: true, tracking: true }, data: { plan: "pro" } }));
  equal([page.$crisp.get("session:data", "plan"), page.$crisp.is("consent:granted")], ["pro", true]);
  b.server().says({ t: "consent", tracking: false });
  page.$crisp.push(["set", "session:data", [[["plan", "basic"]]]]);
  await settled();
  equal([b.server().count("data"), b.server().count("consent"), page.$crisp.is("consent:granted")], [0, 0, false]);
  b.end();
});

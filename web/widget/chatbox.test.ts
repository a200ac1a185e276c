import { equal, ok, settled, test } from "../testing/harness";
import { ada, FakeClock, history, message, sessionId, Sockets, tokenOf, welcome, websiteId, type FakeSocket } from "../testing/fakes";
import { FakeJar } from "../testing/jar";
import { Chatbox } from "./chatbox";

const page = window as unknown as Record<string, unknown>;

function setUp(jar = new FakeJar("www.shop.example")) {
  const clock = new FakeClock();
  const sockets = new Sockets();
  const chatbox = new Chatbox({ website: websiteId, origin: "https://chat.shop.example", jar, clock, create: sockets.create });
  const heard: [string, ...unknown[]][] = [];
  for (const name of ["session:loaded", "chat:initiated", "chat:opened", "chat:closed", "message:sent", "message:received", "user:email:changed", "website:availability:changed"]) {
    chatbox.events.on(name, (...args) => heard.push([name, ...args]));
  }
  chatbox.start();
  const server = (): FakeSocket => sockets.now;
  return { clock, sockets, chatbox, heard, jar, server, names: () => heard.map(([n]) => n) };
}

function loaded(change: object = {}, jar?: FakeJar) {
  const s = setUp(jar);
  s.server().opens().says(welcome(change));
  return s;
}

function done(chatbox: Chatbox): void {
  chatbox.stop();
}

test("the socket's address names the website, the hello says where the visitor is", () => {
  const { chatbox, server } = setUp();
  equal(server().url, `wss://chat.shop.example/visitor?website=${websiteId}`);
  const hello = server().opens().last("hello")!;
  equal([hello.website, hello.token, (hello.page as { url: string }).url, hello.locale, hello.timezone],
    [websiteId, undefined, location.href, navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]);
  done(chatbox);
});

test("a message is shown at once, sent, stored in its place, and told", () => {
  const { chatbox, server, heard } = loaded();
  chatbox.send("text", "Where is my parcel?");
  const sent = server().last("message")!;
  equal([sent.type, sent.content, chatbox.state.pending.length], ["text", "Where is my parcel?", 1]);
  server().says({ t: "ack", id: sent.id, seq: 1, at: 5 });
  equal([chatbox.state.pending.length, chatbox.state.log.messages.map((m) => [m.seq, m.id, m.from])], [0, [[1, sent.id, "visitor"]]]);
  const told = heard.find(([n]) => n === "message:sent")![1] as { content: string; from: string; session_id: string; fingerprint: number };
  equal([told.content, told.from, told.session_id, Number.isSafeInteger(told.fingerprint)], ["Where is my parcel?", "user", sessionId, true]);
  done(chatbox);
});

/** leaving reports whether the page would ask before it is left. */
function leaving(): boolean {
  return !window.dispatchEvent(new Event("beforeunload", { cancelable: true }));
}

test("P1: nothing but the cookie is kept, so a page with words that only it has asks before it is left", async () => {
  localStorage.clear(); // the inbox is tested under the same origin, and keeps an agent's preferences
  const { chatbox, clock, server } = loaded();
  chatbox.open();
  chatbox.draft("half a", true);
  chatbox.send("text", "on its way");
  ok(!leaving(), "words on a living connection are the server's in a moment");
  server().ends(1006);
  ok(leaving(), "what only this page has would be lost");
  equal([sessionStorage.length, localStorage.length, (await indexedDB.databases()).length, document.cookie], [0, 0, 0, ""]);
  clock.advance(1_000);
  server().opens().says(welcome());
  ok(!leaving(), "connected again");
  server().says({ t: "ack", id: server().last("message")!.id, seq: 1, at: 1 });
  server().ends(1006);
  ok(!leaving(), "nothing waits");
  chatbox.send("text", "again");
  chatbox.stop();
  ok(!leaving(), "a chatbox that ended asks nothing");
});

test("the word that the connection is gone comes in time, though attempts follow one another faster", () => {
  const { chatbox, clock, server } = loaded();
  server().ends(1006);
  for (let i = 0; i < 6; i++) {
    clock.advance(250);
    if (!server().closed) server().ends(1006);
  }
  equal([chatbox.state.connected, chatbox.state.offline], [false, true]);
  done(chatbox);
});

test("after a lost connection it resumes, and what was stored without an ack is not shown twice", () => {
  const { chatbox, clock, server } = loaded({ seq: 1 });
  server().says(history([message(1, "agent")]));
  chatbox.send("text", "mine");
  const id = server().last("message")!.id;
  server().ends(1006);
  clock.advance(250);
  equal(server().opens().last("hello")!.resume, { epoch: "9f3c21d07ab4e655", seq: 1 });
  server().says(welcome({ resume: "ok", seq: 2 }));
  server().says(message(2, "visitor", "mine", { id }));
  server().says({ t: "ack", id, seq: 2, at: 9 });
  equal([chatbox.state.log.messages.map((m) => m.seq), chatbox.state.pending.length], [[1, 2], 0]);
  done(chatbox);
});

test("a hole in the log makes it come back and resume", () => {
  const { chatbox, sockets, server } = loaded({ seq: 1 });
  server().says(history([message(1, "agent")]));
  server().says(message(3, "agent"));
  equal(sockets.all.length, 2);
  equal((server().opens().last("hello")!.resume as { seq: number }).seq, 1);
  done(chatbox);
});

test("an agent's message is delivered, peeks out of the closed chat, and is read when it opens", () => {
  const { chatbox, server, names } = loaded();
  server().says(message(1, "agent", "On its way."));
  equal([server().last("delivered")?.seq, chatbox.state.unread, chatbox.state.peek?.text, server().last("read")], [1, 1, "On its way.", undefined]);
  chatbox.open();
  equal([server().last("read")?.seq, chatbox.state.unread, chatbox.state.peek], [1, 0, null]);
  server().says(message(2, "agent"));
  equal([server().count("read"), chatbox.state.peek], [2, null]);
  chatbox.close();
  chatbox.open();
  equal(names(), ["website:availability:changed", "session:loaded", "message:received", "chat:initiated", "chat:opened", "message:received", "chat:closed", "chat:opened"]);
  done(chatbox);
});

test("frames of another session are passed by", () => {
  const { chatbox, server } = loaded();
  server().says(message(1, "agent", "x", { session: "session_other" }));
  equal(chatbox.state.log.messages.length, 0);
  done(chatbox);
});

test("P14: a deleted session is forgotten, with cookie and unsent words, and a fresh one begins", () => {
  const { chatbox, clock, server, jar } = loaded({ token: tokenOf(1) });
  equal(jar.kept.length, 1);
  server().says(message(1, "agent"));
  server().says({ t: "deleted", session: sessionId });
  equal([chatbox.state.log.messages.length, chatbox.state.deleted, jar.kept.length], [0, true, 0]);
  server().ends(4410, "session_closed");
  clock.advance(0);
  const hello = server().opens().last("hello")!;
  equal([hello.token, hello.resume], [undefined, undefined]);
  server().says(welcome({ session: "session_new", token: tokenOf(2) }));
  equal([jar.kept.map((c) => c.value), chatbox.state.deleted, chatbox.state.session], [[tokenOf(2)], true, "session_new"]);
  done(chatbox);
});

test("4410 without a word does the same", () => {
  const { chatbox, clock, server, jar } = loaded({ token: tokenOf(1) });
  server().ends(4410, "session_closed");
  clock.advance(0);
  equal([server().opens().last("hello")!.token, jar.kept.length], [undefined, 0]);
  done(chatbox);
});

test("P5: a welcome with a new token while another tab's stands makes it come back with that", () => {
  const jar = new FakeJar("www.shop.example");
  const { chatbox, sockets, server } = setUp(jar);
  server().opens();
  jar.set(`parlor-client%2Fsession%2F${websiteId}=${tokenOf(2)}; Path=/; Max-Age=9; Domain=shop.example`);
  server().says(welcome({ token: tokenOf(1) }));
  equal([sockets.all.length, chatbox.state.loaded], [2, false]);
  equal(server().opens().last("hello")!.token, tokenOf(2));
  done(chatbox);
});

test("session:reset: the same connection, another session, nothing left of the first", async () => {
  const { chatbox, server, jar, names } = loaded({ token: tokenOf(1) });
  server().says(message(1, "agent"));
  chatbox.draft("half", false);
  const reset = chatbox.reset();
  await settled();
  equal([jar.kept.length, chatbox.state.log.messages.length, chatbox.state.draft], [0, 0, ""]);
  server().says(welcome({ ref: server().last("reset")!.ref, session: "session_two", epoch: "e2", token: tokenOf(2) }));
  await reset;
  equal([chatbox.state.session, jar.kept.map((c) => c.value), names().filter((n) => n === "session:loaded").length], ["session_two", [tokenOf(2)], 2]);
  done(chatbox);
});

test("a token id set late counts from the reset on", async () => {
  const { chatbox, server, sockets } = loaded({ token: tokenOf(1) });
  page.CRISP_TOKEN_ID = "user-42";
  await chatbox.reset();
  equal(sockets.all.length, 2);
  equal([server().opens().last("hello")!.token_id, server().last("hello")!.token], ["user-42", undefined]);
  delete page.CRISP_TOKEN_ID;
  done(chatbox);
});

test("P12: a trigger is reported when its time has come, and shown only by the log", async () => {
  const { chatbox, clock, server } = loaded({ triggers: [{ name: "welcome", after_ms: 5000 }, { name: "asked" }] });
  clock.advance(5_000);
  const frame = server().last("trigger")!;
  equal(frame.name, "welcome");
  server().says({ t: "ack", ref: frame.ref, fired: false });
  await settled();
  equal([chatbox.state.triggers, chatbox.state.log.messages.length, chatbox.state.peek], [[{ name: "asked" }], 0, null]);
  chatbox.runTrigger("asked");
  server().says({ t: "ack", ref: server().last("trigger")!.ref, fired: true });
  server().says(message(1, "agent", "Need a hand?", { auto: "asked", by: undefined }));
  equal([chatbox.state.peek?.text, chatbox.state.ongoing, chatbox.state.unread], ["Need a hand?", false, 1]);
  done(chatbox);
});

test("another tab's trigger is not run here", () => {
  const { chatbox, clock, server } = loaded({ triggers: [{ name: "welcome", after_ms: 5000 }] });
  server().says({ t: "trigger", name: "welcome" });
  clock.advance(60_000);
  equal(server().count("trigger"), 0);
  done(chatbox);
});

test("what the page set before the welcome is there at once, told after it, and not lost to it", async () => {
  const { chatbox, server, heard } = setUp();
  chatbox.push({ t: "user", patch: { email: "m@example.com" } });
  equal([chatbox.state.user.email, heard], ["m@example.com", [["user:email:changed", "m@example.com"]]]);
  server().opens().says(welcome({ user: { nickname: "Marie" } }));
  await settled();
  equal([chatbox.state.user, server().last("user")!.email], [{ nickname: "Marie", email: "m@example.com" }, "m@example.com"]);
  equal(heard.filter(([n]) => n === "user:email:changed").length, 1);
  done(chatbox);
});

test("older messages are asked for once, and joined", async () => {
  const { chatbox, server } = loaded({ seq: 60 });
  server().says(history(Array.from({ length: 10 }, (_, i) => message(51 + i, "agent")), true));
  void chatbox.loadOlder();
  void chatbox.loadOlder();
  equal([server().count("history"), server().last("history")!.before, chatbox.state.loadingOlder], [1, 51, true]);
  server().says(history(Array.from({ length: 50 }, (_, i) => message(1 + i, "agent")), false, { ref: server().last("history")!.ref }));
  await settled();
  equal([chatbox.state.log.messages.length, chatbox.state.log.more, chatbox.state.loadingOlder], [60, false, false]);
  done(chatbox);
});

test("a blocked visitor is told at the message", () => {
  const { chatbox, server } = loaded();
  chatbox.send("text", "hello");
  server().says({ t: "error", id: server().last("message")!.id, code: "blocked", message: "you are blocked" });
  equal(chatbox.state.pending.map((p) => [p.state, p.error]), [["failed", "blocked"]]);
  done(chatbox);
});

test("offline is said after a while, not for a blink", () => {
  const { chatbox, clock, server } = loaded();
  server().ends(1006);
  clock.advance(250);
  server().opens().says(welcome({ resume: "ok" }));
  clock.advance(5_000);
  equal(chatbox.state.offline, false);
  server().ends(1012);
  clock.advance(2_000);
  equal(chatbox.state.offline, true);
  server().opens().says(welcome({ resume: "ok" }));
  equal(chatbox.state.offline, false);
  done(chatbox);
});

test("a website that is not set up for this page shows nothing", () => {
  const { chatbox, server } = setUp();
  server().opens().ends(4403, "forbidden");
  equal(chatbox.state.refused, true);
  done(chatbox);
});

test("typing of an agent ends by itself after ten seconds", () => {
  const { chatbox, clock, server } = loaded();
  server().says({ t: "typing", session: sessionId, from: "agent", on: true, by: ada });
  equal(chatbox.state.typing?.name, "Ada");
  clock.advance(10_000);
  equal(chatbox.state.typing, null);
  done(chatbox);
});

test("stopping leaves no timer, no socket, no listener", () => {
  const { chatbox, clock, sockets, server } = loaded({ token: tokenOf(1), triggers: [{ name: "a", after_ms: 9000 }] });
  chatbox.send("text", "x");
  chatbox.draft("y", true);
  server().says({ t: "typing", session: sessionId, from: "agent", on: true, by: ada });
  chatbox.stop();
  equal([clock.pending(), sockets.now.closed], [0, true]);
  document.dispatchEvent(new Event("visibilitychange"));
  window.dispatchEvent(new Event("online"));
  equal([clock.pending(), sockets.all.length], [0, 1]);
});

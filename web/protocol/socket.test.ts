import { equal, ok, settled, test, throws } from "../testing/harness";
import { FakeClock, Sockets, welcome } from "../testing/fakes";
import { Socket, type Status, type StatusInfo } from "./socket";
import { afterClose } from "./closecodes";
import { backoffMs } from "./backoff";
import { newMessageId } from "./ids";
import type { ServerFrame } from "./frames";

function setUp() {
  const clock = new FakeClock();
  const sockets = new Sockets();
  const frames: ServerFrame[] = [];
  const statuses: [Status, StatusInfo][] = [];
  let hellos = 0;
  const socket = new Socket({
    url: () => "ws://chat.example/visitor",
    hello: () => ({ t: "hello", n: ++hellos }),
    onFrame: (f) => frames.push(f),
    onStatus: (s, i) => statuses.push([s, i]),
    clock,
    create: sockets.create,
  });
  const last = (): [Status, StatusInfo] => statuses[statuses.length - 1]!;
  return { clock, sockets, frames, statuses, socket, last };
}

function opened() {
  const s = setUp();
  s.socket.connect();
  s.sockets.now.opens().says(welcome());
  return s;
}

test("hello comes first, the welcome opens", () => {
  const { sockets, frames, statuses, socket } = setUp();
  socket.connect();
  ok(!socket.send({ t: "read", seq: 1 }), "nothing is sent before the welcome");
  sockets.now.opens();
  equal(sockets.now.sent, [{ t: "hello", n: 1 }]);
  sockets.now.says(welcome());
  equal(statuses.map(([s]) => s), ["connecting", "open"]);
  equal(frames.map((f) => f.t), ["welcome"]);
  ok(socket.send({ t: "read", seq: 1 }), "sent after the welcome");
  socket.close();
});

test("the server's close codes are followed", () => {
  equal([1000, 1001, 1002, 1003, 1006, 1007, 1008, 1009, 1011, 1012, 1013].map(afterClose),
    ["stay", "reconnect", "stay", "stay", "reconnect", "stay", "stay", "stay", "reconnect", "reconnect", "reconnect"]);
  equal([4000, 4008, 4029, 4399, 4400, 4401, 4403, 4404, 4410, 4999].map(afterClose),
    ["reconnect", "reconnect", "later", "reconnect", "stay", "stay", "stay", "stay", "fresh", "stay"]);
});

test("backoff grows with the outage from half a second to thirty, with full jitter", () => {
  equal([0, 499, 501, 16000, 30001, 1e9].map((gone) => backoffMs(gone, () => 1)), [500, 500, 501, 16000, 30000, 30000]);
  equal(backoffMs(9000, () => 0), 0);
});

test("a lost connection comes back and the wait grows", () => {
  const { clock, sockets, socket, last } = opened();
  for (const want of [250, 250, 250, 375, 563, 844, 1266, 1899, 2849, 4273, 6410, 9615, 14422, 15000]) {
    sockets.now.ends(1006);
    equal(last(), ["waiting", { code: 1006, reason: "", retryInMs: want }]);
    const before = sockets.all.length;
    clock.advance(want - 1);
    equal(sockets.all.length, before);
    clock.advance(1);
    equal(sockets.all.length, before + 1);
  }
  sockets.now.opens().says(welcome());
  sockets.now.ends(4000);
  equal(last()[1].retryInMs, 250, "a welcome starts the wait anew");
  socket.close();
});

test("4029 waits half a minute, even when the browser comes online", () => {
  const { clock, sockets, socket, last } = opened();
  sockets.now.ends(4029, "rate_limited");
  equal(last(), ["waiting", { code: 4029, reason: "rate_limited", retryInMs: 30000 }]);
  window.dispatchEvent(new Event("online"));
  clock.advance(29_999);
  equal(sockets.all.length, 1);
  clock.advance(1);
  equal(sockets.all.length, 2);
  socket.close();
});

test("4410 comes back once, then not again", () => {
  const { clock, sockets, socket, last } = opened();
  sockets.now.ends(4410);
  equal(last()[1].code, 4410);
  clock.advance(0);
  equal(sockets.all.length, 2);
  sockets.now.opens().ends(4410);
  equal(last()[0], "closed");
  clock.advance(120_000);
  equal(sockets.all.length, 2);
  socket.close();
});

test("4403 stays closed until somebody connects again", () => {
  const { clock, sockets, socket, last } = opened();
  sockets.now.ends(4403, "forbidden");
  equal(last(), ["closed", { code: 4403, reason: "forbidden" }]);
  clock.advance(120_000);
  equal(sockets.all.length, 1);
  socket.connect();
  equal(sockets.all.length, 2);
  socket.close();
});

test("no welcome in ten seconds is a lost connection", () => {
  const { clock, sockets, socket, last } = setUp();
  socket.connect();
  sockets.now.opens();
  clock.advance(10_000);
  equal(last()[0], "waiting");
  ok(sockets.all[0]!.closed, "the silent connection is closed");
  socket.close();
});

test("coming online cuts the wait short", () => {
  const { clock, sockets, socket } = opened();
  for (let i = 0; i < 6; i++) {
    sockets.now.ends(1006);
    clock.advance(15_000);
  }
  sockets.now.ends(1006);
  clock.advance(1_000);
  const before = sockets.all.length;
  window.dispatchEvent(new Event("online"));
  clock.advance(0);
  equal(sockets.all.length, before + 1);
  socket.close();
});

test("silence is doubted with a ping, and ended when no answer comes", () => {
  const { clock, sockets, socket, last } = opened();
  clock.advance(59_999);
  equal(sockets.now.count("ping"), 0);
  clock.advance(1);
  equal(sockets.now.count("ping"), 1);
  sockets.now.says({ t: "pong" });
  clock.advance(8_000);
  equal(last()[0], "open", "a pong is enough");
  clock.advance(60_000);
  equal(sockets.now.count("ping"), 2);
  clock.advance(8_000);
  equal(last()[0], "waiting");
  socket.close();
});

test("a page that is left lets go, and comes back when it is shown again", () => {
  const { clock, sockets, socket, last } = opened();
  window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
  ok(sockets.now.closed, "closed for the browser's page cache");
  equal(last()[0], "waiting");
  clock.advance(2_000);
  window.dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  clock.advance(0);
  equal(sockets.all.length, 2);
  socket.close();
});

test("a request resolves with the answer that carries its ref", async () => {
  const { sockets, frames, socket } = opened();
  const fired = socket.request({ t: "trigger", name: "a" });
  const refused = socket.request({ t: "trigger", name: "b" });
  sockets.now.says({ t: "error", ref: 2, code: "busy", message: "too much", retry_ms: 7 });
  sockets.now.says({ t: "ack", ref: 1, fired: true });
  equal(await fired, { t: "ack", ref: 1, fired: true });
  equal(await throws(() => refused), { code: "busy", message: "too much", retry_ms: 7 });
  equal(frames.map((f) => f.t), ["welcome"], "answers go to who asked alone");
  socket.close();
});

test("a request is rejected when the connection closes, is not there, or stays silent", async () => {
  const { clock, sockets, socket } = opened();
  const lost = socket.request({ t: "reset" });
  sockets.now.ends(1006);
  equal((await throws(() => lost) as { code: string }).code, "closed");
  equal((await throws(() => socket.request({ t: "reset" })) as { code: string }).code, "closed");
  clock.advance(250);
  sockets.now.opens().says(welcome());
  const late = socket.request({ t: "reset" });
  clock.advance(20_000);
  equal((await throws(() => late) as { code: string }).code, "timeout");
  socket.close();
});

test("a welcome that answers a reset goes to both", async () => {
  const { sockets, frames, socket } = opened();
  const reset = socket.request({ t: "reset" });
  sockets.now.says(welcome({ ref: 1 }));
  equal((await reset).t, "welcome");
  equal(frames.length, 2);
  socket.close();
});

test("frames that are not known, or not whole, are passed by", async () => {
  const { sockets, frames, socket } = opened();
  for (const f of [{ t: "future" }, { t: "message" }, [], { t: "constructor" }, { t: "message", session: "s", id: "i", from: "agent", type: "text", seq: "1", at: 2, content: "" }]) {
    sockets.now.says(f);
  }
  sockets.now.onmessage!({ data: "{" });
  sockets.now.onmessage!({ data: new Blob() });
  await settled();
  equal(frames.length, 1);
  socket.close();
});

test("closing leaves no timer and no listener that reconnects", () => {
  const { clock, sockets, socket } = opened();
  socket.close();
  equal(clock.pending(), 0);
  window.dispatchEvent(new Event("online"));
  clock.advance(60_000);
  equal(sockets.all.length, 1);
});

test("a policy of the page that forbids the connection is no loop", () => {
  const statuses: [Status, StatusInfo][] = [];
  const socket = new Socket({
    url: () => "x", hello: () => ({}), onFrame: () => {}, onStatus: (s, i) => statuses.push([s, i]), clock: new FakeClock(),
    create: () => {
      throw new DOMException("refused", "SecurityError");
    },
  });
  socket.connect();
  equal(statuses.map(([s]) => s), ["connecting", "closed"]);
});

test("message ids are 128 random bits in lowercase hexadecimal", () => {
  const ids = new Set(Array.from({ length: 1000 }, newMessageId));
  equal(ids.size, 1000);
  for (const id of ids) ok(/^[0-9a-f]{32}$/.test(id), id);
});

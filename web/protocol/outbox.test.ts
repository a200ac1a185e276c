import { equal, ok, test } from "../testing/harness";
import { FakeClock } from "../testing/fakes";
import { Outbox, type Outgoing } from "./outbox";
import type { ErrorFrame } from "./frames";

interface F {
  id: string;
  lane?: string;
}

function setUp(restore?: Outgoing<F>[]) {
  const clock = new FakeClock();
  const sent: string[] = [];
  let connected = true;
  let items: readonly Outgoing<F>[] = [];
  const outbox = new Outbox<F>({
    send: (f) => {
      if (connected) sent.push(f.id);
      return connected;
    },
    onChange: (i) => {
      items = i;
    },
    lane: (f) => f.lane ?? "",
    restore,
    clock,
  });
  return { clock, sent, outbox, items: () => items, disconnect: () => (connected = false), connect: () => (connected = true) };
}

const refusal = (id: string, code: ErrorFrame["code"], retry_ms?: number): ErrorFrame => ({ t: "error", id, code, message: "", retry_ms });

test("nothing is sent before a welcome, then all in order, one at a time", () => {
  const { sent, outbox, items } = setUp();
  for (const id of ["a", "b", "c"]) outbox.add({ id });
  equal(sent, []);
  outbox.welcomed();
  equal(sent, ["a"]);
  outbox.acked("a");
  outbox.acked("b");
  outbox.acked("c");
  equal(sent, ["a", "b", "c"]);
  equal(items(), []);
});

test("what was not acknowledged goes again after the next welcome, with the same id", () => {
  const { sent, outbox } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  outbox.add({ id: "b" });
  outbox.closed();
  outbox.welcomed();
  equal(sent, ["a", "a"]);
  equal(outbox.acked("a"), { id: "a" });
  equal(outbox.acked("a"), undefined);
  equal(sent, ["a", "a", "b"]);
});

test("a lane keeps its order while it waits; another lane goes on", () => {
  const { clock, sent, outbox } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a", lane: "1" });
  outbox.add({ id: "b", lane: "1" });
  outbox.add({ id: "c", lane: "2" });
  ok(outbox.refused(refusal("a", "rate_limited", 1200)), "the refusal is ours");
  equal(sent, ["a", "c"]);
  clock.advance(1199);
  equal(sent, ["a", "c"]);
  clock.advance(1);
  equal(sent, ["a", "c", "a"]);
  outbox.acked("a");
  equal(sent, ["a", "c", "a", "b"]);
});

test("a store that does not answer is asked again and again, never given up", () => {
  const { clock, sent, outbox, items } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  for (let i = 0; i < 20; i++) {
    outbox.refused(refusal("a", i % 2 ? "unavailable" : "busy", 100));
    clock.advance(100);
  }
  equal(sent.length, 21);
  equal(items()[0]!.state, "sending");
});

test("a fault of the server is repeated a few times, then it failed", () => {
  const { clock, sent, outbox, items } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  for (let i = 0; i < 5; i++) {
    outbox.refused(refusal("a", "internal"));
    clock.advance(2_000);
  }
  equal(sent.length, 5);
  equal([items()[0]!.state, items()[0]!.error], ["failed", "internal"]);
});

test("what is refused for good fails, the next goes on, and a retry sends it again", () => {
  const { sent, outbox, items } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  outbox.add({ id: "b" });
  outbox.refused(refusal("a", "blocked"));
  equal(items().map((i) => i.state), ["failed", "sending"]);
  equal(sent, ["a", "b"]);
  outbox.acked("b");
  outbox.retry("a");
  equal(sent, ["a", "b", "a"]);
  outbox.refused(refusal("a", "blocked"));
  outbox.discard("a");
  equal(items(), []);
});

test("an id that was used for other words is replaced", () => {
  const { sent, outbox, items } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  outbox.refused(refusal("a", "cmid_conflict"));
  equal(sent.length, 2);
  ok(/^[0-9a-f]{32}$/.test(sent[1]!), "a new id");
  equal(items()[0]!.frame.id, sent[1]);
});

test("an ack that never comes is asked for again", () => {
  const { clock, sent, outbox } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  clock.advance(20_000);
  equal(sent, ["a", "a"]);
});

test("words of an earlier page are sent first", () => {
  const { sent, outbox } = setUp([{ frame: { id: "old" }, state: "sending", at: 1 }, { frame: { id: "bad" }, state: "failed", at: 2 }]);
  outbox.add({ id: "new" });
  outbox.welcomed();
  outbox.acked("old");
  equal(sent, ["old", "new"]);
});

test("a send that does not go out waits for the next welcome", () => {
  const { sent, outbox, disconnect, connect } = setUp();
  outbox.welcomed();
  disconnect();
  outbox.add({ id: "a" });
  equal(sent, []);
  connect();
  outbox.welcomed();
  equal(sent, ["a"]);
});

test("refusals of others are not taken, and clearing leaves no timer", () => {
  const { clock, outbox } = setUp();
  outbox.welcomed();
  outbox.add({ id: "a" });
  equal(outbox.refused({ t: "error", code: "busy", message: "" }), false);
  equal(outbox.refused(refusal("x", "busy")), false);
  outbox.clear();
  equal(clock.pending(), 0);
});

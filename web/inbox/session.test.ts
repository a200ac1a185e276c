import { equal, ok, test } from "../testing/harness";
import { message } from "../testing/fakes";
import type { EventFrame, HistoryFrame, MessageFrame, NoteFrame, OpenedFrame, VisitorDetails } from "../protocol/frames";
import { away, behind, composing, erased, known, looked, marked, messaged, newSession, noted, olderLoaded, opened, quietened, sent, snapshotted, typingMs, type Session } from "./session";

const me = { id: "me", name: "Ada" };
const say = (seq: number, from: "visitor" | "agent" = "visitor"): MessageFrame => message(seq, from, `message ${seq}`, { session: "s" }) as unknown as MessageFrame;
const page = (messages: MessageFrame[], more = false): HistoryFrame => ({ t: "history", session: "s", messages, notes: [], more });

function answer(seq: number, change: object = {}): OpenedFrame {
  return {
    t: "opened", website: "w", session: "s", epoch: "e", resume: "none", seq, n: 0, read: { visitor: 0, agent: 0 }, delivered: { visitor: 0, agent: 0 },
    conversation: { session: "s", unread: 0 }, visitor: {}, ...change,
  } as unknown as OpenedFrame;
}

function live(...messages: MessageFrame[]): Session {
  return snapshotted(opened(newSession("w", "s"), answer(messages.length)), page(messages));
}

const texts = (s: Session): unknown[] => s.log.messages.map((m) => m.content);

test("until the snapshot came, the log is behind", () => {
  const s = opened(newSession("w", "s"), answer(2));
  equal([s.phase, behind(s)], ["live", 2]);
  equal(behind(snapshotted(s, page([say(1), say(2)]))), 0);
});

test("a connection that comes back keeps the log when it resumes, else starts anew", () => {
  const s = away(live(say(1), say(2)));
  equal(s.phase, "away");
  equal([texts(opened(s, answer(3, { resume: "ok" }))).length, behind(opened(s, answer(3, { resume: "ok" })))], [2, 1]);
  equal(texts(opened(s, answer(3, { resume: "reset" }))), []);
});

test("a message that does not follow is a hole, one that is there already is nothing", () => {
  const s = live(say(1), say(2));
  ok(messaged(s, say(4)).hole, "a hole is told");
  equal(messaged(s, say(2)), s);
  equal(texts(messaged(s, say(3))).length, 3);
});

test("the ack puts an own message at its place, once, and says that all before it is read", () => {
  const s = live(say(1));
  const frame = { t: "message", website: "w", session: "s", id: "i", type: "text", content: "Hello" } as const;
  const next = sent(s, { t: "ack", id: "i", seq: 2, at: 5 }, frame, me);
  equal([texts(next), next.read.agent], [["message 1", "Hello"], 2]);
  equal(texts(sent(next, { t: "ack", id: "i", seq: 2, at: 5 }, frame, me)).length, 2);
  ok(sent(s, { t: "ack", id: "i", seq: 4, at: 5 }, frame, me).hole, "an ack beyond the next is a hole");
});

test("an acked note stands after what is there", () => {
  const s = sent(live(say(1), say(2)), { t: "ack", id: "n", seq: 1, at: 5 }, { t: "note", website: "w", session: "s", id: "n", text: "psst" }, me);
  equal(s.log.notes.map((n) => [n.n, n.after, (n as NoteFrame).text]), [[1, 2, "psst"]]);
});

test("entries of the agents' log keep their order and come once", () => {
  const event = (n: number): EventFrame => ({ t: "event", session: "s", n, after: 1, name: `e${n}`, data: {}, at: n });
  let s = noted(noted(live(say(1)), event(2)), event(1));
  s = noted(s, event(2));
  equal(s.log.notes.map((e) => e.n), [1, 2]);
});

test("an older page joins in front", () => {
  const s = { ...snapshotted(opened(newSession("w", "s"), answer(4)), page([say(3), say(4)], true)), loadingOlder: true };
  const joined = olderLoaded(s, page([say(1), say(2)]));
  equal([joined.log.messages.map((m) => m.seq), joined.log.more, joined.loadingOlder], [[1, 2, 3, 4], false, false]);
  equal([olderLoaded(s, null).loadingOlder, olderLoaded(s, null).log.more], [false, true]);
});

test("marks only grow", () => {
  const s = marked(live(say(1), say(2)), { read: { visitor: 0, agent: 2 }, delivered: { visitor: 1, agent: 2 } });
  equal(marked(s, { read: { visitor: 0, agent: 1 }, delivered: { visitor: 0, agent: 0 } }).read, { visitor: 0, agent: 2 });
});

test("the line of what is new stands above the first unread message", () => {
  equal(opened(newSession("w", "s"), answer(5, { read: { visitor: 0, agent: 3 }, conversation: { session: "s", unread: 2 } })).unreadFrom, 4);
  const s = live(say(1));
  equal(looked({ ...s, read: { visitor: 0, agent: 0 } }).unreadFrom, 1);
  equal(looked(marked(s, { read: { visitor: 0, agent: 1 }, delivered: { visitor: 0, agent: 1 } })).unreadFrom, 0);
});

test("who types is told until they stop, send, or fall silent", () => {
  const types = (on: boolean, text?: string) => ({ t: "typing", session: "s", from: "visitor", on, text }) as never;
  const s = composing(live(say(1)), types(true, "and al"), 1_000);
  equal(s.typing.map((c) => c.text), ["and al"]);
  equal(composing(s, types(false), 1_001).typing, []);
  equal(messaged(s, say(2)).typing, []);
  equal(quietened(s, 1_000 + typingMs - 1).typing.length, 1);
  equal(quietened(s, 1_000 + typingMs).typing, []);
});

test("the visitor stands before agents who type", () => {
  const agent = { t: "typing", session: "s", from: "agent", on: true, by: { id: "ben", name: "Ben" } } as never;
  const s = composing(composing(live(say(1)), agent, 1), { t: "typing", session: "s", from: "visitor", on: true } as never, 2);
  equal(s.typing.map((c) => c.id), ["", "ben"]);
});

test("of a session that was deleted nothing stays in the browser", () => {
  const s = erased(composing(live(say(1)), { t: "typing", session: "s", from: "visitor", on: true, text: "secret" } as never, 1));
  equal([s.phase, s.log.messages, s.visitor, s.summary, s.typing], ["deleted", [], null, null, []]);
});

test("P13: of events that the visitor took back nothing is left, whether they are told live, on coming back, or come late", () => {
  const event = (n: number, change: object = {}): EventFrame => ({ t: "event", session: "s", n, after: 1, name: `secret ${n}`, data: { secret: n }, at: n, ...change });
  const details = (removed?: number) => ({ online: true, consent: { tracking: false, at: 1, removed } }) as unknown as VisitorDetails;
  const before = [event(1), event(2, { name: "blocked", system: true, data: {} })].reduce(noted, live(say(1)));
  const entries = (s: Session): unknown[] => s.log.notes.map((n) => [n.n, n.t === "event" && n.removed === true, JSON.stringify(n).includes("secret")]);
  equal(entries(known(before, details())), [[1, false, true], [2, false, false]]);
  const after = known(before, details(2));
  equal(entries(after), [[1, true, false], [2, false, false]]);
  equal(entries(opened(away(before), answer(1, { resume: "ok", visitor: details(2) }))), [[1, true, false], [2, false, false]]);
  equal(entries(olderLoaded(after, { ...page([]), notes: [event(0)] })), [[0, true, false], [1, true, false], [2, false, false]]);
  equal(entries(noted(after, event(3))), [[1, true, false], [2, false, false], [3, false, true]]);
});

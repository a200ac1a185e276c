import { equal, ok, test } from "../testing/harness";
import { ada, history, message, sessionId, welcome } from "../testing/fakes";
import type { ServerFrame } from "../protocol/frames";
import { dueReceipt } from "./receipts";
import { initialState, type State } from "./state";
import { reduce, type Action } from "./store";
import { rowsOf, type MessageRow, type Row } from "./rows";

function after(state: State, ...frames: object[]): State {
  return frames.reduce<State>((s, frame) => reduce(s, { type: "frame", frame: frame as ServerFrame }), state);
}

function act(state: State, ...actions: Action[]): State {
  return actions.reduce(reduce, state);
}

const start = (change: object = {}): State => act(after(initialState(), welcome(change)), { type: "connected", connected: true });
const messages = (rows: Row[]): MessageRow[] => rows.filter((r): r is MessageRow => r.kind === "message");
const pending = (id: string, state: "sending" | "failed" = "sending") =>
  ({ frame: { t: "message" as const, id, type: "text" as const, content: "mine" }, state, at: 1_764_000_100_000 });

test("a welcome says what is true of the session", () => {
  const s = start({ unread: 2, ongoing: true, user: { nickname: "Marie" } });
  equal([s.loaded, s.session, s.unread, s.ongoing, s.online, s.user.nickname], [true, sessionId, 2, true, true, "Marie"]);
});

test("what the welcome counted as unread is not counted again when it arrives", () => {
  const first = after(start(), message(1, "agent"), message(2, "agent"));
  equal(first.unread, 2);
  const again = after(first, welcome({ resume: "ok", seq: 4, unread: 4 }), message(3, "agent"), message(4, "agent"), message(5, "agent"));
  equal(again.unread, 5);
});

test("reading takes away what is unread, in every tab", () => {
  const s = after(start(), message(1, "agent"), message(2, "visitor"), message(3, "agent"));
  equal(s.unread, 2);
  equal(after(s, { t: "marks", session: sessionId, read: { visitor: 1, agent: 0 }, delivered: { visitor: 3, agent: 0 } }).unread, 1);
  equal(act(s, { type: "readUpTo", seq: 3 }).unread, 0);
});

test("marks only grow", () => {
  const marks = (v: number, a: number): object => ({ t: "marks", session: sessionId, read: { visitor: v, agent: a }, delivered: { visitor: v, agent: a } });
  const s = after(start(), marks(5, 4), marks(2, 9));
  equal([s.read, s.delivered], [{ visitor: 5, agent: 9 }, { visitor: 5, agent: 9 }]);
});

test("a message beyond the next asks for a resume", () => {
  const s = after(start(), message(1, "agent"), message(3, "agent"));
  equal([s.hole, s.log.messages.length], [true, 1]);
});

test("a reset drops the log, another session drops all that was the old one's", () => {
  const s = after(start(), message(1, "agent"));
  equal(after(s, welcome({ resume: "reset", epoch: "other", seq: 9 })).log.messages, []);
  const other = after(act(s, { type: "local", local: { id: "l", after: 1, at: 0, type: "text", content: "x" } }), welcome({ session: "session_other", epoch: "o" }));
  equal([other.log.messages, other.locals, other.session], [[], [], "session_other"]);
});

test("people start a conversation, triggers do not", () => {
  equal(after(start(), message(1, "agent", "Need a hand?", { auto: "welcome", by: undefined })).ongoing, false);
  equal(after(start(), message(1, "agent")).ongoing, true);
});

test("an agent's message ends its typing", () => {
  const s = after(start(), { t: "typing", session: sessionId, from: "agent", on: true, by: ada });
  equal(s.typing, ada);
  equal(after(s, message(1, "agent")).typing, null);
  equal(after(s, { t: "typing", session: sessionId, from: "agent", on: false }).typing, null);
});

test("a deleted session leaves a word and nothing else, until somebody writes", () => {
  const s = after(act(after(start(), message(1, "agent")), { type: "draft", draft: "still here" }), { t: "deleted", session: sessionId });
  equal([s.log.messages, s.session, s.user, s.deleted, s.draft], [[], "", {}, true, "still here"]);
  const fresh = after(s, welcome({ session: "session_new" }));
  ok(fresh.deleted, "the fresh session does not hide it");
  equal(act(fresh, { type: "pending", pending: [pending("p")] }).deleted, false);
});

test("a trigger that fired is waited for no more", () => {
  const s = start({ triggers: [{ name: "a" }, { name: "b" }] });
  equal(after(s, { t: "trigger", name: "a" }).triggers, [{ name: "b" }]);
  equal(act(s, { type: "triggerDone", name: "b" }).triggers, [{ name: "a" }]);
});

test("rows are grouped by sender and minute, under days", () => {
  const at = new Date(2026, 4, 20, 10, 0, 0).getTime();
  const s = after(start({ website: { id: "w", name: "Demo" } }), history([
    message(1, "agent", "a", { at }), message(2, "agent", "b", { at: at + 20_000 }), message(3, "agent", "c", { at: at + 200_000 }),
    message(4, "visitor", "d", { at: at + 201_000 }), message(5, "visitor", "e", { at: at + 86_400_000 }),
  ]));
  equal(rowsOf(s).map((r) => r.kind), ["day", "message", "message", "message", "message", "day", "message"]);
  equal(messages(rowsOf(s)).map((m) => [m.first, m.last]), [[true, false], [false, true], [true, true], [true, true], [true, true]]);
});

test("only the newest own message and failed ones tell how far they came", () => {
  const s = act(after(start({ read: { visitor: 0, agent: 1 }, delivered: { visitor: 0, agent: 2 }, seq: 3 }), history([
    message(1, "visitor"), message(2, "visitor"), message(3, "visitor"),
  ])), { type: "pending", pending: [pending("p1", "failed"), pending("p2")] });
  const rows = messages(rowsOf(s)).filter((m) => m.mine);
  equal(rows.map((m) => m.progress), ["read", "delivered", "sent", "failed", "sending"]);
  equal(rows.map((m) => m.telling), [false, false, false, true, true]);
  equal(messages(rowsOf(act(s, { type: "connected", connected: false }))).pop()!.progress, "queued");
});

test("a message keeps its row from sending to stored", () => {
  const frame = { t: "message" as const, id: "p", type: "text" as const, content: "mine" };
  let s = act(start(), { type: "pending", pending: [pending("p")] });
  equal(messages(rowsOf(s)).map((m) => m.key), ["greeting", "p"]);
  s = act(s, { type: "acked", ack: { t: "ack", id: "p", seq: 1, at: 5 }, sent: frame });
  equal(messages(rowsOf(s)).map((m) => m.key), ["greeting", "p"], "stored and still pending is one row");
  s = act(s, { type: "pending", pending: [] });
  equal(messages(rowsOf(s)).map((m) => m.progress), [undefined, "sent"]);
});

test("the greeting stands at the log's beginning only", () => {
  equal(messages(rowsOf(start())).map((m) => m.content), ["Hello! How can we help?"]);
  equal(rowsOf(after(start(), history([message(51, "agent")], true))).map((r) => r.kind), ["skeleton", "day", "message"]);
});

test("nobody online asks for an address, once", () => {
  const away = start({ online: false });
  ok(rowsOf(away).some((r) => r.kind === "away"), "asks");
  ok(!rowsOf(start({ online: false, user: { email: "m@example.com" } })).some((r) => r.kind === "away"), "a known address is not asked for");
  const given = act(away, { type: "emailGiven" }, { type: "user", patch: { email: "m@example.com" } });
  equal(rowsOf(given).filter((r) => r.kind === "away").map((r) => (r as { thanks: string }).thanks), ["m@example.com"]);
});

test("what the page shows stands behind the message that was last", () => {
  const s = after(act(after(start(), message(1, "agent")), { type: "local", local: { id: "l", after: 1, at: 0, type: "text", content: "x" } }), message(2, "agent"));
  equal(messages(rowsOf(s)).map((m) => m.key).indexOf("l"), 2);
});

test("read is told only while the chat is open before somebody's eyes", () => {
  const s = after(start(), message(1, "agent"), message(2, "visitor"));
  equal(dueReceipt(s, true), { t: "delivered", seq: 2 });
  const open = act(s, { type: "open", open: true });
  equal(dueReceipt(open, false), { t: "delivered", seq: 2 });
  equal(dueReceipt(open, true), { t: "read", seq: 2 });
  equal(dueReceipt(act(open, { type: "readUpTo", seq: 2 }), true), null);
  equal(dueReceipt(act(open, { type: "connected", connected: false }), true), null);
  equal(dueReceipt(after(start(), message(1, "visitor")), true), null, "own messages need none");
});

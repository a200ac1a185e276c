import { equal, ok, test } from "../testing/harness";
import { ada, history, message, sessionId } from "../testing/fakes";
import { acked, append, appendNote, emptyLog, lastSeq, older, resumed, resumeOf, snapshot, timeline, type Log } from "./log";
import type { HistoryFrame, MessageFrame, NoteFrame } from "./frames";

const m = (seq: number): MessageFrame => message(seq, "agent") as unknown as MessageFrame;
const page = (from: number, to: number, more = false): HistoryFrame =>
  history(Array.from({ length: to - from + 1 }, (_, i) => message(from + i, "agent")), more) as unknown as HistoryFrame;
const seqs = (log: Log): number[] => log.messages.map((x) => x.seq);
const note = (n: number, after: number): NoteFrame => ({ t: "note", session: sessionId, n, after, id: "", text: `note ${n}`, at: 0, by: ada });

test("messages are appended in order, once", () => {
  let log = emptyLog("e");
  for (const seq of [1, 2, 2, 1, 3]) {
    const applied = append(log, m(seq));
    equal(applied.hole, false);
    log = applied.log;
  }
  equal(seqs(log), [1, 2, 3]);
});

test("a message beyond the next is a hole, and is not taken", () => {
  const log = append(emptyLog("e"), m(1)).log;
  const applied = append(log, m(3));
  equal(applied.hole, true);
  ok(applied.log === log, "the log is as before");
});

test("an own message stands where its ack says", () => {
  const log = append(emptyLog("e"), m(1)).log;
  const sent = { session: sessionId, id: "00", from: "visitor" as const, type: "text" as const, content: "mine" };
  const applied = acked(log, { t: "ack", id: "00", seq: 2, at: 5 }, sent);
  equal(applied.log.messages[1], { ...sent, t: "message", seq: 2, at: 5 });
  ok(acked(applied.log, { t: "ack", id: "00", seq: 2, at: 5 }, sent).log === applied.log, "a repeated ack changes nothing");
  equal(acked(log, { t: "ack", id: "00", seq: 5, at: 5 }, sent).hole, true);
});

test("resuming keeps the log only when the server continues it", () => {
  const log = snapshot(emptyLog("e"), page(1, 3));
  equal(resumeOf(log), { epoch: "e", seq: 3 });
  ok(resumed(log, { epoch: "e", resume: "ok" }) === log, "continued");
  equal(resumed(log, { epoch: "e", resume: "reset" }).messages, []);
  equal(resumed(log, { epoch: "f", resume: "ok" }), emptyLog("f"));
  equal(resumeOf(emptyLog()), undefined);
});

test("older pages join in front without a hole", () => {
  const log = snapshot(emptyLog("e"), page(51, 60, true));
  const joined = older(log, page(41, 50, true));
  equal(seqs(joined), Array.from({ length: 20 }, (_, i) => 41 + i));
  equal(joined.more, true);
  equal(seqs(older(log, page(30, 40, true))), seqs(log), "a page that does not join is dropped");
  equal(older(log, page(45, 55, false)).messages[0]!.seq, 45, "what overlaps is taken once");
  equal(older(log, { ...page(1, 0), messages: [], more: false }).more, false, "an empty page says that there are no more");
  equal(lastSeq(joined), 60);
});

test("any order of repeats and pages gives the same log", () => {
  for (let seed = 1; seed <= 50; seed++) {
    let random = seed;
    const chance = (n: number): number => (random = (random * 16807) % 2147483647) % n;
    let log = snapshot(emptyLog("e"), page(21, 30, true));
    let next = 31;
    for (let step = 0; step < 60; step++) {
      const kind = chance(3);
      if (kind === 0) log = append(log, m(next++)).log;
      else if (kind === 1) log = append(log, m(1 + chance(next - 1))).log;
      else if (log.messages[0]!.seq > 1) log = older(log, page(Math.max(1, log.messages[0]!.seq - 7), log.messages[0]!.seq - 1, log.messages[0]!.seq > 8));
    }
    const first = log.messages[0]!.seq;
    equal(seqs(log), Array.from({ length: next - first }, (_, i) => first + i), `seed ${seed}`);
  }
});

test("the agents' entries stand behind the messages they name", () => {
  let log = snapshot(emptyLog("e"), { ...page(1, 3), notes: [note(1, 0), note(2, 2)] });
  log = appendNote(log, note(4, 3));
  log = appendNote(log, note(3, 2));
  ok(appendNote(log, note(3, 2)) === log, "an entry is taken once");
  equal(timeline(log).map((e) => (e.t === "message" ? `m${e.seq}` : `n${e.n}`)), ["n1", "m1", "m2", "n2", "n3", "m3", "n4"]);
  equal(resumeOf(log), { epoch: "e", seq: 3, n: 4 });
});

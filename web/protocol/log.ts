// The log of one session as a client keeps it: messages in order and without holes, a stretch that ends at the newest one known.
// Pure functions: each returns a new log and leaves its argument alone. An unchanged log is returned as the same object.

import type { AckFrame, HistoryFrame, MessageFrame, NoteEntry, Resumed } from "./frames";
import type { Resume } from "./client";

export interface Log {
  readonly epoch: string;
  readonly messages: readonly MessageFrame[];
  /** The second log (agents only), ordered by n. */
  readonly notes: readonly NoteEntry[];
  /** There are older messages on the server. */
  readonly more: boolean;
}

/** Applied is a log after a frame. `hole`: the frame does not follow what is there; come back and resume. */
export interface Applied {
  readonly log: Log;
  readonly hole: boolean;
}

export function emptyLog(epoch = ""): Log {
  return { epoch, messages: [], notes: [], more: false };
}

/** lastSeq is the sequence number up to which the log has everything. */
export function lastSeq(log: Log): number {
  return log.messages.length ? log.messages[log.messages.length - 1]!.seq : 0;
}

/** resumeOf is what hello or open tells the server; undefined when there is nothing to continue. */
export function resumeOf(log: Log): Resume | undefined {
  if (!log.epoch) return undefined;
  const resume: Resume = { epoch: log.epoch, seq: lastSeq(log) };
  if (log.notes.length) resume.n = log.notes[log.notes.length - 1]!.n;
  return resume;
}

/** resumed applies what welcome or opened says about continuing: everything else than "ok" drops what was there. */
export function resumed(log: Log, answer: { epoch: string; resume: Resumed }): Log {
  return answer.resume === "ok" && log.epoch === answer.epoch ? log : emptyLog(answer.epoch);
}

/** append adds the next message. One that is there already changes nothing; one beyond the next is a hole. */
export function append(log: Log, message: MessageFrame): Applied {
  const last = lastSeq(log);
  if (message.seq <= last) return { log, hole: false };
  if (message.seq > last + 1) return { log, hole: true };
  return { log: { ...log, messages: [...log.messages, message] }, hole: false };
}

/** acked adds an own message at the place that its ack names. */
export function acked(log: Log, ack: AckFrame, sent: Omit<MessageFrame, "t" | "seq" | "at">): Applied {
  if (ack.seq === undefined) return { log, hole: false };
  return append(log, { ...sent, t: "message", seq: ack.seq, at: ack.at ?? Date.now() });
}

/** snapshot takes the history frame that follows a welcome or opened which did not resume. */
export function snapshot(log: Log, frame: HistoryFrame): Log {
  return { ...log, messages: frame.messages, notes: mergeNotes(log.notes, frame.notes), more: frame.more };
}

/** older puts a page in front that was asked for with before = the first message's seq. A page that does not join is dropped. */
export function older(log: Log, frame: HistoryFrame): Log {
  const first = log.messages[0]?.seq ?? 0;
  const page = frame.messages.filter((m) => m.seq < first);
  const joins = page.length > 0 && page[page.length - 1]!.seq === first - 1;
  return {
    ...log,
    messages: joins ? [...page, ...log.messages] : log.messages,
    notes: mergeNotes(log.notes, frame.notes),
    more: page.length === 0 || joins ? frame.more : log.more,
  };
}

/** appendNote adds an entry of the second log. */
export function appendNote(log: Log, entry: NoteEntry): Log {
  const notes = mergeNotes(log.notes, [entry]);
  return notes === log.notes ? log : { ...log, notes };
}

function mergeNotes(have: readonly NoteEntry[], more: readonly NoteEntry[] = []): readonly NoteEntry[] {
  const known = new Set(have.map((e) => e.n));
  const fresh = more.filter((e) => !known.has(e.n));
  return fresh.length ? [...have, ...fresh].sort((a, b) => a.n - b.n) : have;
}

/** timeline is both logs in the order in which an agent reads them: every entry of the second stands behind the message it names. */
export function timeline(log: Log): (MessageFrame | NoteEntry)[] {
  const all: (MessageFrame | NoteEntry)[] = [];
  let next = 0;
  const take = (seq: number): void => {
    while (next < log.notes.length && log.notes[next]!.after < seq) all.push(log.notes[next++]!);
  };
  for (const message of log.messages) {
    take(message.seq);
    all.push(message);
  }
  take(Infinity);
  return all;
}

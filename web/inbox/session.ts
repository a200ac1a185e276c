// One opened conversation as a pure reducer: its two logs, marks, who types, what is known of the visitor.

import type {
  AckFrame, AgentInfo, EventFrame, HistoryFrame, Marks, MarksFrame, MessageFrame, NoteEntry, NoteFrame, OpenedFrame, Side, Summary, TypingFrame,
  VisitorDetails,
} from "../protocol/frames";
import { acked, append, appendNote, emptyLog, lastSeq, older, resumed, snapshot, type Log } from "../protocol/log";
import type { OutgoingFrame } from "./state";

/** opening: asked for. live: its frames arrive. away: not connected, shown as it was. unknown, deleted: there is nothing to show any more. */
export type SessionPhase = "opening" | "live" | "away" | "unknown" | "deleted";

export interface Composing {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly until: number;
}

export interface Session {
  readonly website: string;
  readonly session: string;
  readonly phase: SessionPhase;
  readonly log: Log;
  readonly read: Marks;
  readonly delivered: Marks;
  readonly visitor: VisitorDetails | null;
  readonly summary: Summary | null;
  /** Who composes, the visitor first; each until a time. */
  readonly typing: readonly Composing[];
  readonly loadingOlder: boolean;
  /** Up to which number the server has messages, as it said when the session was opened: below it the log catches up. */
  readonly target: number;
  /** The first message that was unread when the session was opened; 0 when none was. */
  readonly unreadFrom: number;
  /** A frame did not follow the log: the session must be opened again. */
  readonly hole: boolean;
}

/** typingMs is how long a typing frame is good for (docs/protocol.md, section 3). */
export const typingMs = 10_000;

const none: Marks = { visitor: 0, agent: 0 };

export function newSession(website: string, session: string): Session {
  return {
    website, session, phase: "opening", log: emptyLog(), read: none, delivered: none, visitor: null, summary: null, typing: [],
    loadingOlder: false, target: 0, unreadFrom: 0, hole: false,
  };
}

/** opened applies the answer to `open`. What was there stays when the server continues from it. */
export function opened(s: Session, f: OpenedFrame): Session {
  const log = resumed(s.log, f);
  const continued = log === s.log && log.epoch !== "";
  return forgotten({
    ...s,
    phase: "live",
    log,
    read: f.read,
    delivered: f.delivered,
    visitor: f.visitor,
    summary: f.conversation,
    typing: [],
    loadingOlder: false,
    target: f.seq,
    hole: false,
    unreadFrom: continued && s.unreadFrom ? s.unreadFrom : f.conversation.unread > 0 ? f.read.agent + 1 : 0,
  });
}

/** away is a session whose connection is gone. */
export function away(s: Session): Session {
  return s.phase === "live" || s.phase === "opening" ? { ...s, phase: "away", typing: [], loadingOlder: false } : s;
}

/** known takes the visitor's details, and forgets what they say was removed. */
export function known(s: Session, visitor: VisitorDetails): Session {
  return forgotten({ ...s, visitor });
}

/** forgotten leaves nothing of the page's events that the visitor took back, wherever they came from: a page of the log may have been read before. */
function forgotten(s: Session): Session {
  const upTo = s.visitor?.consent?.removed ?? 0;
  const gone = (n: NoteEntry): boolean => n.t === "event" && !n.system && !n.removed && n.n <= upTo;
  if (!s.log.notes.some(gone)) return s;
  const left = ({ session, n, after, at }: NoteEntry): EventFrame => ({ t: "event", session, n, after, at, name: "", removed: true });
  return { ...s, log: { ...s.log, notes: s.log.notes.map((n) => (gone(n) ? left(n) : n)) } };
}

/** erased is a session that was deleted: nothing of it stays here either. */
export function erased(s: Session): Session {
  return { ...newSession(s.website, s.session), phase: "deleted" };
}

/** looked draws the line above what came while the agent looked elsewhere. */
export function looked(s: Session): Session {
  return { ...s, unreadFrom: s.phase === "live" && lastOf(s, "visitor") > s.read.agent ? s.read.agent + 1 : 0 };
}

export function messaged(s: Session, f: MessageFrame): Session {
  const { log, hole } = append(s.log, f);
  if (hole) return { ...s, hole: true };
  return log === s.log ? s : raised({ ...s, log, typing: stopped(s.typing, f.from === "visitor" ? "" : f.by?.id) }, f.from, f.seq);
}

/** sent puts an own message or note at the place that its ack names. */
export function sent(s: Session, ack: AckFrame, frame: OutgoingFrame, by: AgentInfo): Session {
  if (s.phase !== "live" || ack.seq === undefined) return s;
  const author: AgentInfo = { id: by.id, name: by.name, avatar: by.avatar };
  if (frame.t === "note") {
    const note: NoteFrame = {
      t: "note", session: s.session, n: ack.n ?? ack.seq, after: lastSeq(s.log), id: frame.id, text: frame.text, at: ack.at ?? 0, by: author,
    };
    return { ...s, log: appendNote(s.log, note) };
  }
  const { log, hole } = acked(s.log, ack, { session: s.session, id: frame.id, from: "agent", type: frame.type, content: frame.content, by: author });
  return hole ? { ...s, hole: true } : raised({ ...s, log }, "agent", ack.seq);
}

/** raised counts that who writes has read what stands before: the server sends no marks for that. */
function raised(s: Session, from: Side, seq: number): Session {
  const grow = (m: Marks): Marks => ({ ...m, [from]: Math.max(m[from], seq) });
  return { ...s, read: grow(s.read), delivered: grow(s.delivered) };
}

export function noted(s: Session, f: NoteFrame | EventFrame): Session {
  const log = appendNote(s.log, f);
  return log === s.log ? s : forgotten({ ...s, log });
}

export function snapshotted(s: Session, f: HistoryFrame): Session {
  return forgotten({ ...s, log: snapshot(s.log, f) });
}

export function olderLoaded(s: Session, f: HistoryFrame | null): Session {
  return forgotten({ ...s, loadingOlder: false, log: f ? older(s.log, f) : s.log });
}

export function marked(s: Session, f: Pick<MarksFrame, "read" | "delivered">): Session {
  return { ...s, read: higher(s.read, f.read), delivered: higher(s.delivered, f.delivered) };
}

function higher(a: Marks, b: Marks): Marks {
  return { visitor: Math.max(a.visitor, b.visitor), agent: Math.max(a.agent, b.agent) };
}

/** composing notes that the visitor (id "") or another agent types, until a time. */
export function composing(s: Session, f: TypingFrame, now: number): Session {
  const id = f.from === "visitor" ? "" : (f.by?.id ?? "agent");
  const rest = stopped(s.typing, id);
  if (!f.on) return rest === s.typing ? s : { ...s, typing: rest };
  const who: Composing = { id, name: f.by?.name ?? "", text: f.text ?? "", until: now + typingMs };
  return { ...s, typing: id === "" ? [who, ...rest] : [...rest, who] };
}

function stopped(typing: readonly Composing[], id: string | undefined): readonly Composing[] {
  return typing.some((c) => c.id === id) ? typing.filter((c) => c.id !== id) : typing;
}

/** quietened drops who did not say for a while that they still type. */
export function quietened(s: Session, now: number): Session {
  return s.typing.some((c) => c.until <= now) ? { ...s, typing: s.typing.filter((c) => c.until > now) } : s;
}

/** behind is how many messages are still on their way after a reconnect. */
export function behind(s: Session): number {
  return s.phase === "live" ? Math.max(0, s.target - lastSeq(s.log)) : 0;
}

/** lastOf is the number of the newest message of one side; 0 when there is none in the log. */
export function lastOf(s: Session, from: Side): number {
  for (let i = s.log.messages.length - 1; i >= 0; i--) if (s.log.messages[i]!.from === from) return s.log.messages[i]!.seq;
  return 0;
}

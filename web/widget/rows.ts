import type { AgentInfo, MessageFrame } from "../protocol/frames";
import type { Outgoing } from "../protocol/outbox";
import { dayOf } from "../design/format";
import { lastSeq } from "../protocol/log";
import type { Local, OutgoingMessage, State } from "./state";

/** How far an own message came. queued: it waits for the connection. */
export type Progress = "queued" | "sending" | "sent" | "delivered" | "read" | "failed";

export interface MessageRow {
  kind: "message";
  key: string;
  mine: boolean;
  by: AgentInfo;
  type: string;
  content: unknown;
  at: number;
  /** First and last of the messages that one sender wrote within a minute. */
  first: boolean;
  last: boolean;
  progress?: Progress;
  error?: string;
  /** The progress is worth a line: it is the newest own message, or it failed. */
  telling: boolean;
  local?: boolean;
}

export type Row =
  | MessageRow
  | { kind: "day"; key: string; at: number }
  | { kind: "skeleton"; key: string }
  | { kind: "typing"; key: string; by: AgentInfo }
  | { kind: "deleted"; key: string }
  | { kind: "away"; key: string; thanks: string };

const groupMs = 60_000;

/** rowsOf is what the log shows, from top to bottom. Each row has a key that stays: a message keeps it from the first keystroke's end to read. */
export function rowsOf(s: State): Row[] {
  const rows: Row[] = [];
  if (s.log.more) rows.push({ kind: "skeleton", key: "skeleton" });
  if (s.deleted) rows.push({ kind: "deleted", key: "deleted" });
  const messages = messageRows(s);
  group(messages);
  let day = NaN;
  for (const m of messages) {
    if (m.at && dayOf(m.at) !== day) {
      day = dayOf(m.at);
      rows.push({ kind: "day", key: `day-${day}`, at: m.at });
    }
    rows.push(m);
  }
  if (s.loaded && !s.online && (!s.user.email || s.emailGiven)) rows.push({ kind: "away", key: "away", thanks: s.user.email ?? "" });
  if (s.typing) rows.push({ kind: "typing", key: "typing", by: s.typing });
  return rows;
}

function messageRows(s: State): MessageRow[] {
  const rows: MessageRow[] = [];
  const website: AgentInfo = { id: s.website.id, name: s.website.name };
  if (s.loaded && s.website.greeting && !s.log.more) rows.push(greeting(s.website.greeting, website));
  let local = 0;
  const takeLocals = (seq: number): void => {
    while (local < s.locals.length && s.locals[local]!.after < seq) rows.push(localRow(s.locals[local++]!, website));
  };
  for (const m of s.log.messages) {
    takeLocals(m.seq);
    rows.push(storedRow(m, s, website));
  }
  const stored = new Set(s.log.messages.map((m) => m.id));
  let next = lastSeq(s.log);
  for (const p of s.pending) {
    if (stored.has(p.frame.id)) continue;
    takeLocals(++next); // the place that it gets if nobody else writes first
    rows.push(pendingRow(p, s));
  }
  takeLocals(Infinity);
  tellNewest(rows);
  return rows;
}

function greeting(text: string, by: AgentInfo): MessageRow {
  return { kind: "message", key: "greeting", mine: false, by, type: "text", content: text, at: 0, first: true, last: true, telling: false };
}

function localRow(l: Local, by: AgentInfo): MessageRow {
  return {
    kind: "message", key: l.id, mine: false, by, type: l.type, content: l.content, at: l.at, first: true, last: true, telling: false, local: true,
  };
}

function storedRow(m: MessageFrame, s: State, website: AgentInfo): MessageRow {
  const mine = m.from === "visitor";
  const row: MessageRow = {
    kind: "message", key: m.id, mine, by: m.by ?? website, type: m.type, content: m.content, at: m.at, first: true, last: true, telling: false,
  };
  if (mine) row.progress = m.seq <= s.read.agent ? "read" : m.seq <= s.delivered.agent ? "delivered" : "sent";
  return row;
}

function pendingRow(p: Outgoing<OutgoingMessage>, s: State): MessageRow {
  return {
    kind: "message", key: p.frame.id, mine: true, by: { id: "", name: "" }, type: p.frame.type, content: p.frame.content, at: p.at,
    first: true, last: true, telling: p.state === "failed",
    progress: p.state === "failed" ? "failed" : s.connected ? "sending" : "queued", error: p.error,
  };
}

function tellNewest(rows: MessageRow[]): void {
  for (let i = rows.length - 1; i >= 0; i--) {
    if (rows[i]!.mine) {
      rows[i]!.telling = true;
      return;
    }
  }
}

function group(rows: MessageRow[]): void {
  for (let i = 1; i < rows.length; i++) {
    const a = rows[i - 1]!;
    const b = rows[i]!;
    const joined = a.mine === b.mine && a.by.id === b.by.id && Boolean(a.at) && b.at - a.at < groupMs && dayOf(a.at) === dayOf(b.at) &&
      a.progress !== "failed";
    if (joined) a.last = b.first = false;
  }
}

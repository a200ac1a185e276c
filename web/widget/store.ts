// The chatbox's state as a pure reducer: no clock, no network, no document.

import { isVisitorPresence, isVisitorWelcome, type AckFrame, type HistoryFrame, type MessageFrame, type ServerFrame, type VisitorWelcome } from "../protocol/frames";
import type { UserPatch } from "../protocol/client";
import type { Outgoing } from "../protocol/outbox";
import { acked, append, emptyLog, lastSeq, older, resumed, snapshot } from "../protocol/log";
import type { Data, Marks } from "../protocol/frames";
import { patched } from "./patch";
import { initialState, type Local, type OutgoingMessage, type Peek, type Settings, type State } from "./state";

export type Action =
  | { type: "frame"; frame: ServerFrame }
  | { type: "acked"; ack: AckFrame; sent: OutgoingMessage }
  | { type: "older"; frame: HistoryFrame | null }
  | { type: "loadingOlder" }
  | { type: "connected"; connected: boolean }
  | { type: "offline"; offline: boolean }
  | { type: "refused" }
  | { type: "open"; open: boolean }
  | { type: "visible"; visible: boolean }
  | { type: "settings"; settings: Partial<Settings> }
  | { type: "pending"; pending: readonly Outgoing<OutgoingMessage>[] }
  | { type: "local"; local: Local }
  | { type: "typing"; typing: State["typing"] }
  | { type: "peek"; peek: Peek | null }
  | { type: "draft"; draft: string }
  | { type: "emailGiven" }
  | { type: "readUpTo"; seq: number }
  | { type: "deliveredUpTo"; seq: number }
  | { type: "user"; patch: UserPatch }
  | { type: "data"; data: Data }
  | { type: "segments"; segments: string[]; overwrite: boolean }
  | { type: "cookieBlocked"; blocked: boolean }
  | { type: "triggerDone"; name: string }
  | { type: "forget"; deleted: boolean };

export function reduce(s: State, a: Action): State {
  switch (a.type) {
    case "frame": return reduceFrame(s, a.frame);
    case "acked": return withMessages(s, acked(s.log, a.ack, { ...a.sent, session: s.session, from: "visitor" }));
    case "older": return { ...s, loadingOlder: false, log: a.frame ? older(s.log, a.frame) : s.log };
    case "loadingOlder": return { ...s, loadingOlder: true };
    case "connected": return { ...s, connected: a.connected, typing: a.connected ? s.typing : null, offline: s.offline && !a.connected };
    case "offline": return { ...s, offline: a.offline };
    case "refused": return { ...s, refused: true };
    case "open": return { ...s, open: a.open, opened: s.opened || a.open, peek: a.open ? null : s.peek };
    case "visible": return { ...s, visible: a.visible };
    case "settings": return { ...s, settings: { ...s.settings, ...a.settings } };
    case "pending": return { ...s, pending: a.pending, deleted: s.deleted && a.pending.length === 0 };
    case "local": return { ...s, locals: [...s.locals.filter((l) => l.id !== a.local.id), a.local] };
    case "typing": return { ...s, typing: a.typing };
    case "peek": return { ...s, peek: a.peek };
    case "emailGiven": return { ...s, emailGiven: true };
    case "draft": return { ...s, draft: a.draft };
    case "readUpTo": return withMarks(s, { visitor: a.seq, agent: 0 }, { visitor: a.seq, agent: 0 });
    case "deliveredUpTo": return withMarks(s, { visitor: 0, agent: 0 }, { visitor: a.seq, agent: 0 });
    case "user": return { ...s, user: patched(s.user, a.patch) as State["user"] };
    case "data": return { ...s, data: patched(s.data, a.data) as Data };
    case "segments": return { ...s, segments: [...new Set([...(a.overwrite ? [] : s.segments), ...a.segments])] };
    case "cookieBlocked": return { ...s, cookieBlocked: a.blocked };
    case "triggerDone": return { ...s, triggers: s.triggers.filter((t) => t.name !== a.name) };
    case "forget": return forget(s, a.deleted);
  }
}

function reduceFrame(s: State, f: ServerFrame): State {
  switch (f.t) {
    case "welcome": return isVisitorWelcome(f) ? welcomed(s, f) : s;
    case "message": return withMessages(s, append(s.log, f));
    case "history": return f.ref === undefined ? { ...s, log: snapshot(s.log, f) } : s;
    case "typing": return f.from === "agent" ? { ...s, typing: f.on ? (f.by ?? { id: "", name: s.website.name }) : null } : s;
    case "marks": return withMarks(s, f.read, f.delivered);
    case "presence": return isVisitorPresence(f) ? { ...s, online: f.online, agents: f.agents } : s;
    case "user": {
      const { t: _, ...user } = f;
      return { ...s, user };
    }
    case "segments": return { ...s, segments: f.segments };
    case "data": return { ...s, data: f.data };
    case "trigger": return { ...s, triggers: s.triggers.filter((t) => t.name !== f.name) };
    case "deleted": return forget(s, true);
    default: return s;
  }
}

function welcomed(s: State, f: VisitorWelcome): State {
  const same = s.session === f.session;
  return {
    ...s,
    loaded: true,
    hole: false,
    session: f.session,
    website: f.website,
    online: f.online,
    agents: f.agents,
    ongoing: f.ongoing,
    unread: f.unread,
    counted: f.seq,
    read: f.read,
    delivered: f.delivered,
    log: resumed(same ? s.log : emptyLog(), f),
    loadingOlder: false,
    locals: same || !s.session ? s.locals : [],
    peek: same ? s.peek : null,
    typing: null,
    triggers: f.triggers,
    preview: f.preview,
    limits: f.limits,
    user: f.user,
    segments: f.segments,
    data: f.data,
  };
}

/** withMessages takes a log that grew: what is unread and who composes follow from it. */
function withMessages(s: State, applied: { log: State["log"]; hole: boolean }): State {
  if (applied.hole) return { ...s, hole: true };
  if (applied.log === s.log) return s;
  const next = { ...s, log: applied.log, ongoing: s.ongoing };
  for (let i = applied.log.messages.length - 1; i >= 0; i--) {
    const m = applied.log.messages[i]!;
    if (m.seq <= lastSeq(s.log)) break;
    if (m.from === "agent" && m.seq > Math.max(s.counted, s.read.visitor)) next.unread++;
    if (m.from === "agent") next.typing = null;
    if (!m.auto) next.ongoing = true; // P8: people start a conversation, triggers do not
  }
  return next;
}

function withMarks(s: State, read: Marks, delivered: Marks): State {
  const next = {
    ...s,
    read: { visitor: Math.max(s.read.visitor, read.visitor), agent: Math.max(s.read.agent, read.agent) },
    delivered: { visitor: Math.max(s.delivered.visitor, delivered.visitor), agent: Math.max(s.delivered.agent, delivered.agent) },
  };
  if (next.read.visitor > s.read.visitor) next.unread = Math.min(s.unread, countUnread(s.log.messages, next.read.visitor));
  return next;
}

function countUnread(messages: readonly MessageFrame[], read: number): number {
  return messages.filter((m) => m.from === "agent" && m.seq > read).length;
}

/** forget drops everything of the session, and keeps what belongs to the page. */
function forget(s: State, deleted: boolean): State {
  const fresh = initialState();
  return {
    ...fresh,
    loaded: s.loaded, connected: s.connected, offline: s.offline, refused: s.refused, open: s.open, opened: s.opened,
    visible: s.visible, settings: s.settings, website: s.website, online: s.online, agents: s.agents,
    preview: s.preview, limits: s.limits, cookieBlocked: s.cookieBlocked, draft: s.draft, deleted,
  };
}

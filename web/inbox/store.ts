// The inbox's state as a pure reducer over frames and deeds: no clock, no network, no document.

import {
  isAgentPresence, isAgentWelcome, type AckFrame, type AgentInfo, type AgentWelcome, type HistoryFrame, type InboxFrame, type OpenedFrame,
  type ServerFrame, type Summary,
} from "../protocol/frames";
import type { Filter } from "../protocol/client";
import type { Outgoing } from "../protocol/outbox";
import * as session from "./session";
import * as site from "./site";
import { initialState, newSite, type Connection, type Opened, type OutgoingFrame, type Overlay, type Phase, type Site, type State, type View } from "./state";

export type Action =
  | { type: "phase"; phase: Phase; expired?: boolean }
  | { type: "connection"; connection: Connection; now: number }
  | { type: "quiet" }
  | { type: "frame"; frame: ServerFrame; now: number }
  | { type: "subscribed"; frame: InboxFrame; filter: Filter }
  | { type: "paging"; website: string; filter: Filter; loading: boolean }
  | { type: "paged"; frame: InboxFrame; filter: Filter }
  | { type: "opening"; opened: Opened }
  | { type: "opened"; frame: OpenedFrame }
  | { type: "openFailed"; session: string; phase: "unknown" | "away" }
  | { type: "closed"; session: string }
  | { type: "loadingOlder"; session: string }
  | { type: "older"; session: string; frame: HistoryFrame | null }
  | { type: "acked"; ack: AckFrame; sent: OutgoingFrame }
  | { type: "outgoing"; outgoing: readonly Outgoing<OutgoingFrame>[] }
  | { type: "overlay"; website: string; session: string; patch: Overlay["patch"]; token: number }
  | { type: "settled"; website: string; session: string; token: number; done: boolean }
  | { type: "read"; session: string; seq: number }
  | { type: "erased"; website: string; session: string }
  | { type: "tick"; now: number }
  | { type: "show"; view: View; website?: string; open: Opened | null }
  | { type: "filter"; filter: Filter }
  | { type: "search"; search: string }
  | { type: "forget" };

export function reduce(s: State, a: Action): State {
  switch (a.type) {
    case "phase": return { ...s, phase: a.phase, expired: a.expired ?? false };
    case "connection": return connected(s, a.connection, a.now);
    case "quiet": return { ...s, backAt: 0 };
    case "frame": return reduceFrame(s, a.frame, a.now);
    case "subscribed": return inSite(s, a.frame.website, (x) => site.subscribed(x, a.frame, a.filter));
    case "paging": return inSite(s, a.website, (x) => site.paging(x, a.filter, a.loading));
    case "paged": return inSite(s, a.frame.website, (x) => site.paged(x, a.frame, a.filter));
    case "opening": return putSession(s, { ...(s.sessions[a.opened.session] ?? session.newSession(a.opened.website, a.opened.session)), phase: "opening" });
    case "opened": return openedSession(s, a.frame);
    case "openFailed": return inSession(s, a.session, (x) => ({ ...x, phase: a.phase }));
    case "closed": return { ...s, sessions: dropped(s.sessions, a.session) };
    case "loadingOlder": return inSession(s, a.session, (x) => ({ ...x, loadingOlder: true }));
    case "older": return inSession(s, a.session, (x) => session.olderLoaded(x, a.frame));
    case "acked": return inSession(s, a.sent.session, (x) => (s.me ? session.sent(x, a.ack, a.sent, s.me) : x));
    case "outgoing": return { ...s, outgoing: a.outgoing };
    case "overlay": return inSite(s, a.website, (x) => site.overlaid(x, a.session, a.patch, a.token));
    case "settled": return inSite(s, a.website, (x) => site.settled(x, a.session, a.token, a.done));
    case "read": return readUpTo(s, a.session, a.seq);
    case "erased": return erased(s, a.website, a.session);
    case "tick": return everySession(s, (x) => session.quietened(x, a.now));
    case "show": return show(s, a.view, a.website ?? s.website, a.open);
    case "filter": return { ...s, filter: a.filter };
    case "search": return { ...s, search: a.search };
    case "forget": return { ...initialState, phase: "login" };
  }
}

function reduceFrame(s: State, f: ServerFrame, now: number): State {
  switch (f.t) {
    case "welcome": return isAgentWelcome(f) ? welcomed(s, f) : s;
    case "conversation": return summarized(inSite(s, f.website, (x) => site.changed(x, f.conversation)), f.conversation);
    case "removed": return erased(s, f.website, f.session);
    case "presence": return isAgentPresence(f) ? inSite(s, f.website, (x) => site.present(x, f.agents)) : s;
    case "visitors": return inSite(s, f.website, (x) => site.visited(x, f));
    case "message": return inSession(s, f.session, (x) => session.messaged(x, f));
    case "note":
    case "event": return inSession(s, f.session, (x) => session.noted(x, f));
    case "history": return inSession(s, f.session, (x) => session.snapshotted(x, f));
    case "marks": return inSession(s, f.session, (x) => session.marked(x, f));
    case "typing": return inSession(s, f.session, (x) => session.composing(x, f, now));
    case "visitor": return inSession(s, f.session, (x) => session.known(x, f.visitor));
    case "deleted": return inSession(s, f.session, session.erased);
    default: return s;
  }
}

/** welcomed takes who the agent is and which websites are theirs. What is known of a website stays until its list is read again. */
function welcomed(before: State, f: AgentWelcome): State {
  const s = before.me && before.me.id !== f.agent.id ? { ...initialState, connection: before.connection, website: before.website } : before;
  const sites: Record<string, Site> = {};
  for (const info of f.websites) sites[info.id] = { ...(s.sites[info.id] ?? newSite(info)), info };
  const website = sites[s.website] ? s.website : (f.websites[0]?.id ?? "");
  const open = s.open && sites[s.open.website] ? s.open : null;
  return { ...s, phase: "ready", expired: false, me: f.agent, limits: f.limits, websites: f.websites, sites, website, open };
}

function connected(s: State, connection: Connection, now: number): State {
  if (connection.state === "open") return { ...s, connection, backAt: s.connection.state === "lost" || s.connection.state === "ended" ? now : s.backAt };
  return { ...everySession(s, session.away), connection, backAt: 0 };
}

function openedSession(s: State, f: OpenedFrame): State {
  const before = s.sessions[f.session];
  if (!before) return s; // it was closed before the answer came
  const next = putSession(s, session.opened(before, f));
  const known = s.sites[f.website]?.summaries[f.session];
  // A session without a conversation is in no list; opening it must not put it there.
  return known ? inSite(next, f.website, (x) => site.changed(x, f.conversation)) : next;
}

function summarized(s: State, c: Summary): State {
  return inSession(s, c.session, (x) => (x.summary && x.summary.version > c.version ? x : { ...x, summary: c }));
}

function show(s: State, view: View, website: string, open: Opened | null): State {
  const next = { ...s, view, website, open, search: website === s.website ? s.search : "" };
  if (!open || open.session === s.open?.session) return next;
  return inSession(next, open.session, session.looked);
}

function readUpTo(s: State, id: string, seq: number): State {
  return inSession(s, id, (x) => session.marked(x, { read: { visitor: 0, agent: seq }, delivered: { visitor: 0, agent: seq } }));
}

function erased(s: State, website: string, id: string): State {
  return inSession(inSite(s, website, (x) => site.removed(x, id)), id, session.erased);
}

function inSite(s: State, website: string, change: (x: Site) => Site): State {
  const before = s.sites[website];
  const after = before && change(before);
  return after && after !== before ? { ...s, sites: { ...s.sites, [website]: after } } : s;
}

function inSession(s: State, id: string, change: (x: session.Session) => session.Session): State {
  const before = s.sessions[id];
  const after = before && change(before);
  return after && after !== before ? putSession(s, after) : s;
}

function everySession(s: State, change: (x: session.Session) => session.Session): State {
  return Object.keys(s.sessions).reduce((state, id) => inSession(state, id, change), s);
}

function putSession(s: State, x: session.Session): State {
  return { ...s, sessions: { ...s.sessions, [x.session]: x } };
}

function dropped(sessions: State["sessions"], id: string): State["sessions"] {
  const { [id]: _, ...rest } = sessions;
  return rest;
}

/** currentSummary is a conversation as it should be shown, wherever it is known from; undefined when it is not known at all. */
export function currentSummary(s: State, o: Opened): Summary | undefined {
  const x = s.sites[o.website];
  const listed = x?.summaries[o.session];
  const direct = s.sessions[o.session]?.summary ?? undefined;
  const summary = listed && direct && direct.version > listed.version ? direct : (listed ?? direct);
  const overlay = x?.overlays[o.session];
  return summary && overlay ? { ...summary, ...overlay.patch } : summary;
}

/** agentOf finds who answers for a website by id. */
export function agentOf(s: State, website: string, id: string | null | undefined): AgentInfo | undefined {
  return id ? s.sites[website]?.agents.find((a) => a.id === id) : undefined;
}

/** Store holds the state and tells who watches after changes: once for all that happened at a time. */
export class Store {
  private state: State = initialState;
  private readonly watchers = new Set<(s: State) => void>();
  private scheduled = false;

  constructor(private readonly later: (f: () => void) => void) {}

  get(): State {
    return this.state;
  }

  dispatch(a: Action): void {
    const next = reduce(this.state, a);
    if (next === this.state) return;
    this.state = next;
    if (this.scheduled) return;
    this.scheduled = true;
    this.later(() => this.flush());
  }

  /** watch calls f with the state now and after every change. */
  watch(f: (s: State) => void): void {
    this.watchers.add(f);
    f(this.state);
  }

  private flush(): void {
    this.scheduled = false;
    for (const f of this.watchers) f(this.state);
  }
}

/** nextFrame runs f before the next paint; soon where nothing is painted, so that a hidden tab keeps its title right. */
export function nextFrame(f: () => void): void {
  let done = false;
  const once = (): void => {
    if (!done) f();
    done = true;
  };
  requestAnimationFrame(once);
  setTimeout(once, document.hidden ? 0 : 100);
}

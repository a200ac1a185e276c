// One website's conversations, agents and visitors as a pure reducer.

import type { AgentInfo, InboxFrame, LiveVisitor, Summary, VisitorsFrame } from "../protocol/frames";
import type { Filter } from "../protocol/client";
import { noPages, type Overlay, type Page, type Site } from "./state";

/** newer is the one of two summaries that counts: the higher version, of equal ones the later. */
function newer(have: Summary | undefined, came: Summary): Summary {
  return have && have.version > came.version ? have : came;
}

/** subscribed starts the lists anew from the first page of one filter: what is not in it may be gone. */
export function subscribed(s: Site, f: InboxFrame, filter: Filter): Site {
  const kept: Record<string, Summary> = {};
  for (const c of f.conversations) kept[c.session] = newer(s.summaries[c.session], c);
  return {
    ...s,
    summaries: kept,
    overlays: onlyFor(s.overlays, kept),
    pages: { ...noPages, [filter]: pageAfter(f) },
    agents: f.agents,
    visitorCount: f.visitors,
    used: f.conversations.length > 0 ? true : s.used,
  };
}

/** paged adds a further page of one filter. */
export function paged(s: Site, f: InboxFrame, filter: Filter): Site {
  const summaries = { ...s.summaries };
  for (const c of f.conversations) summaries[c.session] = newer(summaries[c.session], c);
  return {
    ...s,
    summaries,
    pages: { ...s.pages, [filter]: pageAfter(f) },
    agents: f.agents,
    used: f.conversations.length > 0 ? true : filter === "all" && !s.pages.all.loaded ? false : s.used,
  };
}

function pageAfter(f: InboxFrame): Page {
  const last = f.conversations[f.conversations.length - 1];
  const next = f.next && last ? f.next : null;
  return { loaded: true, loading: false, next, floor: next && last ? last.active_at : -Infinity };
}

export function paging(s: Site, filter: Filter, loading: boolean): Site {
  return { ...s, pages: { ...s.pages, [filter]: { ...s.pages[filter], loading } } };
}

/** changed takes a conversation's new summary. */
export function changed(s: Site, c: Summary): Site {
  const have = s.summaries[c.session];
  const summary = newer(have, c);
  if (summary === have) return s;
  return { ...s, summaries: { ...s.summaries, [c.session]: summary }, overlays: outdated(s.overlays, summary), used: true };
}

function outdated(overlays: Site["overlays"], c: Summary): Site["overlays"] {
  const o = overlays[c.session];
  if (!o) return overlays;
  const matches = Object.entries(o.patch).every(([member, value]) => c[member as keyof Overlay["patch"]] === value);
  return matches || (o.acked !== null && c.version > o.acked) ? without(overlays, c.session) : overlays;
}

/** removed forgets a conversation that was deleted, or a session that ended. */
export function removed(s: Site, session: string): Site {
  if (!s.summaries[session] && !s.visitors[session] && !s.overlays[session]) return s;
  return {
    ...s,
    summaries: without(s.summaries, session),
    overlays: without(s.overlays, session),
    visitors: without(s.visitors, session),
  };
}

/** overlaid shows what an agent did at once. */
export function overlaid(s: Site, session: string, patch: Overlay["patch"], token: number): Site {
  const earlier = s.overlays[session]?.patch;
  return { ...s, overlays: { ...s.overlays, [session]: { patch: { ...earlier, ...patch }, token, acked: null } } };
}

/** settled is the server's answer: done, or refused, which takes it back. A later deed of the same kind keeps its own. */
export function settled(s: Site, session: string, token: number, done: boolean): Site {
  const o = s.overlays[session];
  if (!o || o.token !== token) return s;
  if (!done) return { ...s, overlays: without(s.overlays, session) };
  return { ...s, overlays: { ...s.overlays, [session]: { ...o, acked: s.summaries[session]?.version ?? 0 } } };
}

export function present(s: Site, agents: readonly AgentInfo[]): Site {
  return { ...s, agents: merged(s.agents, agents) };
}

/** merged keeps those who are not named: a frame may name only who is there. */
function merged(all: readonly AgentInfo[], there: readonly AgentInfo[]): readonly AgentInfo[] {
  const known = new Map(there.map((a) => [a.id, { ...a, online: a.online ?? true }]));
  const list = all.map((a) => known.get(a.id) ?? { ...a, online: false });
  for (const a of known.values()) if (!all.some((b) => b.id === a.id)) list.push(a);
  return list;
}

export function visited(s: Site, f: VisitorsFrame): Site {
  const visitors: Record<string, LiveVisitor> = f.reset ? {} : { ...s.visitors };
  for (const v of f.visitors) visitors[v.session] = v;
  for (const gone of f.gone) delete visitors[gone];
  return { ...s, visitors, visitorCount: f.count };
}

/** summaryOf is a conversation as the agent should see it: the server's word under what was just done. */
export function summaryOf(s: Site, session: string): Summary | undefined {
  const c = s.summaries[session];
  const o = s.overlays[session];
  return c && o ? { ...c, ...o.patch } : c;
}

export function matches(c: Summary, filter: Filter): boolean {
  return filter === "all" || (c.state === "resolved") === (filter === "resolved");
}

/** listOf is the conversations of a filter as far as they are loaded, the most recently active first. */
export function listOf(s: Site, filter: Filter): readonly Summary[] {
  const { loaded, floor } = s.pages[filter];
  if (!loaded) return [];
  const list: Summary[] = [];
  for (const session of Object.keys(s.summaries)) {
    const c = summaryOf(s, session)!;
    if (matches(c, filter) && c.active_at >= floor) list.push(c);
  }
  return list.sort((a, b) => b.active_at - a.active_at || (a.session < b.session ? 1 : -1));
}

/** searched is the part of a list whose name or last words contain the text. */
export function searched(list: readonly Summary[], text: string, nameOf: (c: Summary) => string): readonly Summary[] {
  const wanted = text.trim().toLocaleLowerCase();
  if (!wanted) return list;
  return list.filter((c) => `${nameOf(c)}\n${c.last?.text ?? ""}`.toLocaleLowerCase().includes(wanted));
}

/** unreadOf counts the conversations with something unread. */
export function unreadOf(s: Site | undefined): number {
  if (!s) return 0;
  return Object.keys(s.summaries).filter((session) => summaryOf(s, session)!.unread > 0).length;
}

/** visitorsOf is the visitors who are there now, the latest first. */
export function visitorsOf(s: Site): readonly LiveVisitor[] {
  return Object.values(s.visitors).sort((a, b) => b.since - a.since || (a.session < b.session ? 1 : -1));
}

function without<T>(record: Readonly<Record<string, T>>, key: string): Readonly<Record<string, T>> {
  if (!(key in record)) return record;
  const { [key]: _, ...rest } = record;
  return rest;
}

function onlyFor<T>(record: Readonly<Record<string, T>>, keys: Readonly<Record<string, unknown>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key in keys));
}

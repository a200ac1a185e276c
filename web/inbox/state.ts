// What the inbox knows, as plain values. Only store.ts and the reducers beside it make new ones.

import type { AgentInfo, Limits, LiveVisitor, Summary, WebsiteInfo } from "../protocol/frames";
import type { Filter } from "../protocol/client";
import type { Outgoing } from "../protocol/outbox";
import type { Session } from "./session";

/** starting: asks who is logged in. login: nobody is. ready: somebody is; whether connected says `connection`. */
export type Phase = "starting" | "unreachable" | "login" | "ready";

/** Connection as an agent needs to know it. lost: comes back by itself. ended: does not. */
export type Connection =
  | { state: "first" }
  | { state: "open" }
  | { state: "lost"; retryAt: number | null }
  | { state: "ended"; code: number };

export type View = "conversations" | "visitors" | "settings";

/** Page says how much of one filter's list is loaded: everything active at `floor` or later. */
export interface Page {
  readonly loaded: boolean;
  readonly loading: boolean;
  readonly next: string | null;
  readonly floor: number;
}

/** Site is one website: its conversations as far as they are loaded, who answers, who is there. */
export interface Site {
  readonly info: WebsiteInfo;
  readonly summaries: Readonly<Record<string, Summary>>;
  readonly overlays: Readonly<Record<string, Overlay>>;
  readonly pages: Readonly<Record<Filter, Page>>;
  readonly agents: readonly AgentInfo[];
  readonly visitors: Readonly<Record<string, LiveVisitor>>;
  readonly visitorCount: number;
  /** Whether there was ever a conversation; null while nobody asked. */
  readonly used: boolean | null;
}

/** Overlay is what an agent just did, shown before the server says so. It ends with the news that the server sends after its ack. */
export interface Overlay {
  readonly patch: Partial<Pick<Summary, "state" | "assigned" | "blocked" | "unread">>;
  readonly token: number;
  /** The summary's version when the ack came; null before. */
  readonly acked: number | null;
}

/** OutgoingFrame is a message or note on its way. */
export type OutgoingFrame =
  | { t: "message"; website: string; session: string; id: string; type: "text"; content: string }
  | { t: "note"; website: string; session: string; id: string; text: string };

export interface Opened {
  readonly website: string;
  readonly session: string;
}

export interface State {
  readonly phase: Phase;
  /** Why the login is asked for again: the session of somebody who worked ended. */
  readonly expired: boolean;
  readonly me: AgentInfo | null;
  readonly limits: Limits;
  readonly connection: Connection;
  /** When the connection came back, for the word of it; 0 when it was not lost. */
  readonly backAt: number;
  readonly websites: readonly WebsiteInfo[];
  readonly website: string;
  readonly sites: Readonly<Record<string, Site>>;
  readonly view: View;
  readonly filter: Filter;
  readonly search: string;
  readonly open: Opened | null;
  readonly sessions: Readonly<Record<string, Session>>;
  readonly outgoing: readonly Outgoing<OutgoingFrame>[];
}

const noPage: Page = { loaded: false, loading: false, next: null, floor: Infinity };

export const noPages: Readonly<Record<Filter, Page>> = { open: noPage, resolved: noPage, all: noPage };

export function newSite(info: WebsiteInfo): Site {
  return {
    info, summaries: {}, overlays: {}, pages: noPages, agents: [], visitors: {}, visitorCount: 0, used: null,
  };
}

export const initialState: State = {
  phase: "starting",
  expired: false,
  me: null,
  limits: { text_chars: 4000, frame_bytes: 65536, pending: 64 },
  connection: { state: "first" },
  backAt: 0,
  websites: [],
  website: "",
  sites: {},
  view: "conversations",
  filter: "open",
  search: "",
  open: null,
  sessions: {},
  outgoing: [],
};

/** siteOf is the website that is looked at; undefined before the first welcome. */
export function siteOf(s: State): Site | undefined {
  return s.sites[s.website];
}

/** openSession is the conversation that is looked at; undefined when there is none. */
export function openSession(s: State): Session | undefined {
  return s.open ? s.sessions[s.open.session] : undefined;
}

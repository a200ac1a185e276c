// The frames of parlor.v1, as docs/protocol.md describes them. Times are Unix milliseconds.

/** AgentInfo is an agent as others see it. `online` stands only in lists for agents, `email` only in the agent's own welcome. */
export interface AgentInfo {
  id: string;
  name: string;
  avatar?: string;
  email?: string;
  online?: boolean;
}

/** Marks say up to which sequence number each side has read or received. They only grow. */
export interface Marks {
  visitor: number;
  agent: number;
}

/** Attachment is the content of every message that is no text. */
export interface Attachment {
  url: string;
  type: string;
  name?: string;
  duration?: number;
}

export type MessageType = "text" | "file" | "animation" | "audio";
export type Side = "visitor" | "agent";

/** MessageFrame is one message of a session's log. */
export interface MessageFrame {
  t: "message";
  session: string;
  seq: number;
  id: string;
  from: Side;
  type: MessageType;
  content: string | Attachment;
  at: number;
  by?: AgentInfo;
  /** The trigger that sent it; absent for what people wrote. */
  auto?: string;
}

export interface Company {
  name: string;
  url?: string;
  description?: string;
  employment?: string[];
  geolocation?: string[];
}

export interface User {
  nickname?: string;
  email?: string;
  phone?: string;
  avatar?: string;
  company?: Company;
}

export type Value = string | number | boolean | null;
export type Data = Record<string, Value>;

export interface Page {
  url: string;
  title?: string;
  referrer?: string;
}

export interface WebsiteInfo {
  id: string;
  name: string;
  color?: string;
  greeting?: string;
}

export type CookieMode = "load" | "open" | "consent";

/** CookieInfo says how the session cookie is to be kept (P1, P3, P4). `name` is the name on the wire. */
export interface CookieInfo {
  name: string;
  mode: CookieMode;
  max_age: number;
  domain: string;
  by: "script" | "server";
}

/** ConsentInfo says whether segments, data and events are refused without consent, and what the visitor said; absent: nothing (P13). */
export interface ConsentInfo {
  required: boolean;
  tracking?: boolean;
}

/** TriggerInfo is a trigger that has not fired. Without `after_ms` it runs only when the page asks. */
export interface TriggerInfo {
  name: string;
  after_ms?: number;
  url?: string;
}

export interface Limits {
  text_chars: number;
  frame_bytes: number;
  pending: number;
}

export type Resumed = "ok" | "reset" | "none";

export interface AckFrame {
  t: "ack";
  ref?: number;
  session?: string;
  id?: string;
  seq?: number;
  at?: number;
  /** For notes: their number in the second log. */
  n?: number;
  fired?: boolean;
}

export type ErrorCode =
  | "unknown_frame" | "out_of_order" | "invalid" | "text_empty" | "text_too_long" | "cmid_conflict" | "seq_ahead"
  | "unknown_website" | "unknown_session" | "unknown_agent" | "unknown_trigger" | "session_closed" | "blocked" | "consent_required"
  | "rate_limited" | "busy" | "unavailable" | "internal";

export interface ErrorFrame {
  t: "error";
  ref?: number;
  /** The id of the message or note that was refused. */
  id?: string;
  code: ErrorCode;
  message: string;
  retry_ms?: number;
}

export interface HistoryFrame {
  t: "history";
  ref?: number;
  session: string;
  messages: MessageFrame[];
  /** Entries of the second log that stand in this range; only for agents. */
  notes?: NoteEntry[];
  more: boolean;
}

export interface TypingFrame {
  t: "typing";
  session: string;
  from: Side;
  on: boolean;
  text?: string;
  by?: AgentInfo;
}

export interface MarksFrame {
  t: "marks";
  session: string;
  read: Marks;
  delivered: Marks;
}

export interface DeletedFrame {
  t: "deleted";
  session: string;
}

export interface PongFrame {
  t: "pong";
  ref?: number;
}

// To visitors.

export interface VisitorWelcome {
  t: "welcome";
  ref?: number;
  session: string;
  token?: string;
  epoch: string;
  resume: Resumed;
  seq: number;
  unread: number;
  ongoing: boolean;
  read: Marks;
  delivered: Marks;
  user: User;
  segments: string[];
  data: Data;
  website: WebsiteInfo;
  online: boolean;
  agents: AgentInfo[];
  cookie?: CookieInfo;
  consent?: ConsentInfo;
  triggers: TriggerInfo[];
  preview: boolean;
  limits: Limits;
}

export interface VisitorPresenceFrame {
  t: "presence";
  online: boolean;
  agents: AgentInfo[];
}

export interface UserFrame extends User {
  t: "user";
}

export interface SegmentsFrame {
  t: "segments";
  segments: string[];
}

export interface DataFrame {
  t: "data";
  data: Data;
}

/** ConsentFrame says what the visitor said in another tab. After a withdrawal there are no segments and no data. */
export interface ConsentFrame {
  t: "consent";
  tracking: boolean;
}

export interface TriggerFrame {
  t: "trigger";
  name: string;
}

export type VisitorServerFrame =
  | VisitorWelcome | MessageFrame | AckFrame | ErrorFrame | HistoryFrame | TypingFrame | MarksFrame | VisitorPresenceFrame
  | UserFrame | SegmentsFrame | DataFrame | ConsentFrame | TriggerFrame | DeletedFrame | PongFrame;

// To agents.

export interface AgentWelcome {
  t: "welcome";
  ref?: number;
  agent: AgentInfo;
  websites: WebsiteInfo[];
  limits: Limits;
}

export type ConversationState = "pending" | "unresolved" | "resolved";

/** Summary is a conversation as the list shows it. Of two, the one with the higher version is the newer. */
export interface Summary {
  session: string;
  name: string | null;
  state: ConversationState;
  unread: number;
  assigned: string | null;
  last: { seq: number; from: Side; text: string; at: number } | null;
  active_at: number;
  online: boolean;
  blocked: boolean;
  version: number;
}

export interface InboxFrame {
  t: "inbox";
  ref?: number;
  website: string;
  conversations: Summary[];
  next?: string;
  visitors: number;
  agents: AgentInfo[];
}

export interface ConversationFrame {
  t: "conversation";
  website: string;
  conversation: Summary;
}

export interface RemovedFrame {
  t: "removed";
  website: string;
  session: string;
}

export interface AgentPresenceFrame {
  t: "presence";
  website: string;
  agents: AgentInfo[];
}

export interface LiveVisitor {
  session: string;
  name: string | null;
  page: Page | null;
  locale: string;
  since: number;
  pages: number;
  ongoing: boolean;
}

export interface VisitorsFrame {
  t: "visitors";
  ref?: number;
  website: string;
  count: number;
  reset?: boolean;
  visitors: LiveVisitor[];
  gone: string[];
}

export interface VisitorDetails {
  online: boolean;
  user: User;
  segments: string[];
  data: Data;
  /** What the visitor said about tracking. Of the page's events up to the entry `removed` nothing is left. */
  consent?: { tracking: boolean; at: number; removed?: number };
  page: Page | null;
  pages: { url: string; title: string; at: number }[];
  locale: string;
  timezone: string;
  browser: string;
  system: string;
  ip: string;
  created_at: number;
  seen_at: number;
}

export interface OpenedFrame {
  t: "opened";
  ref?: number;
  website: string;
  session: string;
  epoch: string;
  resume: Resumed;
  seq: number;
  n: number;
  read: Marks;
  delivered: Marks;
  conversation: Summary;
  visitor: VisitorDetails;
}

export interface NoteFrame {
  t: "note";
  session: string;
  n: number;
  after: number;
  id: string;
  text: string;
  at: number;
  by?: AgentInfo;
}

export interface EventFrame {
  t: "event";
  session: string;
  n: number;
  after: number;
  name: string;
  data?: Record<string, unknown>;
  color?: string;
  system?: boolean;
  /** The visitor withdrew consent: number, place and time are left of it. */
  removed?: boolean;
  at: number;
  by?: AgentInfo;
}

/** NoteEntry is one entry of the second log, the one that only agents see. */
export type NoteEntry = NoteFrame | EventFrame;

export interface VisitorFrame {
  t: "visitor";
  session: string;
  visitor: VisitorDetails;
}

export type AgentServerFrame =
  | AgentWelcome | InboxFrame | ConversationFrame | RemovedFrame | AgentPresenceFrame | VisitorsFrame | OpenedFrame
  | MessageFrame | AckFrame | ErrorFrame | HistoryFrame | TypingFrame | MarksFrame | NoteFrame | EventFrame | VisitorFrame
  | DeletedFrame | PongFrame;

export type ServerFrame = VisitorServerFrame | AgentServerFrame;

export function isVisitorWelcome(f: ServerFrame): f is VisitorWelcome {
  return f.t === "welcome" && "session" in f;
}

export function isAgentWelcome(f: ServerFrame): f is AgentWelcome {
  return f.t === "welcome" && "agent" in f;
}

export function isVisitorPresence(f: ServerFrame): f is VisitorPresenceFrame {
  return f.t === "presence" && "online" in f;
}

export function isAgentPresence(f: ServerFrame): f is AgentPresenceFrame {
  return f.t === "presence" && "website" in f;
}

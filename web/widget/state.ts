import type { Outgoing } from "../protocol/outbox";
import type { AgentInfo, Attachment, Data, Limits, Marks, MessageType, TriggerInfo, User, WebsiteInfo } from "../protocol/frames";
import { emptyLog, type Log } from "../protocol/log";

/** OutgoingMessage is what the visitor wrote, as it goes over the wire. */
export interface OutgoingMessage {
  t: "message";
  id: string;
  type: MessageType;
  content: string | Attachment;
}

/** Local is a message that the page itself shows as the agent (message:show). It is not part of the log and is not kept. */
export interface Local {
  id: string;
  /** The message of the log behind which it stands; one that waits counts by the place that it will get. */
  after: number;
  at: number;
  type: string;
  content: unknown;
}

/** Settings are what the page configured. */
export interface Settings {
  tooltip: boolean;
  hideOnAway: boolean;
  hideOnMobile: boolean;
  reverse: boolean;
  operatorCount: boolean;
  mute: boolean;
  zIndex: number;
  theme: string;
}

/** Peek is a message that looks out beside the closed launcher. */
export interface Peek {
  id: string;
  text: string;
  by: AgentInfo;
}

/** State is everything that the chatbox shows. Reducers replace it, nothing changes it in place. */
export interface State {
  /** A welcome came: what follows of the session and the website is true. */
  loaded: boolean;
  connected: boolean;
  /** The connection has been gone long enough to say so. */
  offline: boolean;
  /** The website is not set up for this page: nothing is shown. */
  refused: boolean;
  /** Frames are missing: the connection must be made anew to resume. */
  hole: boolean;

  open: boolean;
  /** Opened at least once on this page. */
  opened: boolean;
  visible: boolean;
  settings: Settings;

  session: string;
  website: WebsiteInfo;
  online: boolean;
  agents: AgentInfo[];
  ongoing: boolean;
  unread: number;
  /** Up to where the last welcome counted what is unread. */
  counted: number;
  read: Marks;
  delivered: Marks;
  log: Log;
  loadingOlder: boolean;
  pending: readonly Outgoing<OutgoingMessage>[];
  locals: readonly Local[];
  typing: AgentInfo | null;
  peek: Peek | null;
  deleted: boolean;
  cookieBlocked: boolean;
  triggers: TriggerInfo[];
  preview: boolean;
  limits: Limits;
  user: User;
  segments: string[];
  data: Data;
  /** The visitor left an address on this page. */
  emailGiven: boolean;
  draft: string;
}

const defaultZIndex = 1_000_000; // above what pages use, below what browsers' own extensions use

export function initialState(): State {
  return {
    loaded: false,
    connected: false,
    offline: false,
    refused: false,
    hole: false,
    open: false,
    opened: false,
    visible: true,
    settings: {
      tooltip: true, hideOnAway: false, hideOnMobile: false, reverse: false, operatorCount: true, mute: false,
      zIndex: defaultZIndex, theme: "",
    },
    session: "",
    website: { id: "", name: "" },
    online: false,
    agents: [],
    ongoing: false,
    unread: 0,
    counted: 0,
    read: { visitor: 0, agent: 0 },
    delivered: { visitor: 0, agent: 0 },
    log: emptyLog(),
    loadingOlder: false,
    pending: [],
    locals: [],
    typing: null,
    peek: null,
    deleted: false,
    cookieBlocked: false,
    triggers: [],
    preview: false,
    limits: { text_chars: 4000, frame_bytes: 16384, pending: 64 },
    user: {},
    segments: [],
    data: {},
    emailGiven: false,
    draft: "",
  };
}

// The frames that clients send. `ref` is set by Socket.request.

import type { Attachment, Company, ConversationState, Data, MessageType, Page } from "./frames";

export interface Resume {
  epoch: string;
  seq: number;
  /** For agents: the number of the last entry of the second log. */
  n?: number;
}

export interface VisitorHello {
  t: "hello";
  website: string;
  token?: string;
  token_id?: string;
  resume?: Resume;
  page?: Page;
  locale?: string;
  timezone?: string;
}

export interface UserPatch {
  nickname?: string | null;
  email?: string | null;
  phone?: string | null;
  avatar?: string | null;
  company?: Company | null;
}

export type VisitorClientFrame =
  | VisitorHello
  | { t: "message"; id: string; type: MessageType; content: string | Attachment }
  | { t: "typing"; on: boolean; text?: string }
  | { t: "read"; seq: number }
  | { t: "delivered"; seq: number }
  | ({ t: "page" } & Page)
  | { t: "history"; before?: number; after?: number; limit?: number }
  | { t: "trigger"; name: string }
  | ({ t: "user" } & UserPatch)
  | { t: "segments"; segments: string[]; overwrite?: boolean }
  | { t: "data"; data: Data }
  | { t: "event"; name: string; data?: Record<string, unknown>; color?: string }
  | { t: "consent"; tracking: boolean }
  | { t: "reset" }
  | { t: "ping" };

export type Filter = "open" | "resolved" | "all";

interface OfSession {
  website: string;
  session: string;
}

export type AgentClientFrame =
  | { t: "hello" }
  | { t: "subscribe"; website: string; filter?: Filter; limit?: number }
  | { t: "inbox"; website: string; filter?: Filter; cursor?: string; limit?: number }
  | { t: "unsubscribe"; website: string }
  | { t: "visitors"; website: string; watch: boolean }
  | ({ t: "open"; resume?: Resume } & OfSession)
  | ({ t: "close" } & OfSession)
  | ({ t: "message"; id: string; type: MessageType; content: string | Attachment } & OfSession)
  | ({ t: "note"; id: string; text: string } & OfSession)
  | ({ t: "typing"; on: boolean } & OfSession)
  | ({ t: "read" | "delivered"; seq: number } & OfSession)
  | ({ t: "assign"; agent: string | null } & OfSession)
  | ({ t: "state"; state: ConversationState } & OfSession)
  | ({ t: "block"; blocked: boolean } & OfSession)
  | ({ t: "delete" } & OfSession)
  | ({ t: "history"; before?: number; after?: number; limit?: number } & OfSession)
  | { t: "ping" };

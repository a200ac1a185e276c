import type { MessageFrame } from "../protocol/frames";

/** Described is a message as listeners of message:sent and message:received get it. */
export interface Described {
  session_id: string;
  fingerprint: number;
  type: string;
  content: unknown;
  from: "user" | "operator";
  origin: "chat";
  is_me: boolean;
  automated: boolean;
  timestamp: number;
  user: { user_id?: string; nickname?: string; avatar?: string };
}

export function describe(m: MessageFrame, nickname?: string): Described {
  const mine = m.from === "visitor";
  return {
    session_id: m.session,
    fingerprint: fingerprintOf(m.id),
    type: m.type,
    content: m.content,
    from: mine ? "user" : "operator",
    origin: "chat",
    is_me: mine,
    automated: m.auto !== undefined,
    timestamp: m.at,
    user: mine ? { nickname } : { user_id: m.by?.id, nickname: m.by?.name, avatar: m.by?.avatar },
  };
}

/** fingerprintOf is a number for a message id, since listeners expect a number: its first 48 bits, which a double holds exactly. */
export function fingerprintOf(id: string): number {
  return parseInt(id.slice(0, 12), 16);
}

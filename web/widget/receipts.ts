import { lastSeq } from "../protocol/log";
import type { State } from "./state";

/** Receipt is a frame that says how far the visitor has received or read. */
export type Receipt = { t: "read" | "delivered"; seq: number };

/**
 * dueReceipt is what the agents are to be told now: read, only while the chat stands open on a page that somebody looks at; else delivered.
 * Null: nothing new. Own messages need no receipt.
 */
export function dueReceipt(s: State, visible: boolean): Receipt | null {
  if (!s.connected || !s.loaded) return null;
  const messages = s.log.messages;
  let newest = 0;
  for (let i = messages.length - 1; i >= 0 && !newest; i--) if (messages[i]!.from === "agent") newest = messages[i]!.seq;
  if (!newest) return null;
  const last = lastSeq(s.log);
  if (s.open && s.visible && visible && newest > s.read.visitor) return { t: "read", seq: last };
  if (newest > s.delivered.visitor) return { t: "delivered", seq: last };
  return null;
}

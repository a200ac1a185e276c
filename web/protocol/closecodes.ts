/** What a client does after a close code (docs/protocol.md, section 6). */
export type AfterClose =
  /** Come back by backoff and resume. */
  | "reconnect"
  /** Come back, but after half a minute: the server said that this client floods it. */
  | "later"
  /** Come back once, as nobody: the session was deleted. */
  | "fresh"
  /** Do not come back by itself. */
  | "stay";

export function afterClose(code: number): AfterClose {
  if (code === 4029) return "later";
  if (code === 4410) return "fresh";
  if (code >= 4000 && code <= 4399) return "reconnect";
  return [1001, 1005, 1006, 1011, 1012, 1013].includes(code) ? "reconnect" : "stay";
}

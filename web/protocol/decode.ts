import type { ServerFrame } from "./frames";

// What a frame must have to be used: member names per kind of value. Members that are not listed are optional or checked by who uses them.
type Shape = { s?: string; n?: string; b?: string; o?: string; a?: string };

const shapes: Record<string, Shape> = {
  welcome: { o: "limits" },
  message: { s: "session id from type", n: "seq at" },
  ack: {},
  error: { s: "code" },
  history: { s: "session", a: "messages", b: "more" },
  typing: { s: "session from", b: "on" },
  marks: { s: "session", o: "read delivered" },
  presence: { a: "agents" },
  user: {},
  segments: { a: "segments" },
  data: { o: "data" },
  consent: { b: "tracking" },
  trigger: { s: "name" },
  deleted: { s: "session" },
  pong: {},
  inbox: { s: "website", a: "conversations agents", n: "visitors" },
  conversation: { s: "website", o: "conversation" },
  removed: { s: "website session" },
  visitors: { s: "website", n: "count", a: "visitors gone" },
  opened: { s: "website session epoch resume", n: "seq n", o: "read delivered conversation visitor" },
  note: { s: "session id text", n: "n after at" },
  event: { s: "session name", n: "n after at" },
  visitor: { s: "session", o: "visitor" },
};

const visitorWelcome: Shape = { s: "session epoch resume", n: "seq unread", b: "ongoing online", o: "read delivered user data website", a: "segments agents triggers" };
const agentWelcome: Shape = { o: "agent", a: "websites" };

const isKind: Record<keyof Shape, (v: unknown) => boolean> = {
  s: (v) => typeof v === "string",
  n: (v) => typeof v === "number",
  b: (v) => typeof v === "boolean",
  o: (v) => typeof v === "object" && v !== null && !Array.isArray(v),
  a: (v) => Array.isArray(v),
};

function fits(frame: Record<string, unknown>, shape: Shape): boolean {
  return (Object.keys(shape) as (keyof Shape)[]).every((kind) =>
    shape[kind]!.split(" ").every((member) => isKind[kind](frame[member])));
}

/** isServerFrame reports whether the value is a frame that this version knows, with every member it relies on. */
export function isServerFrame(value: unknown): value is ServerFrame {
  if (!isKind.o(value)) return false;
  const frame = value as Record<string, unknown>;
  const shape = typeof frame.t === "string" && Object.prototype.hasOwnProperty.call(shapes, frame.t) ? shapes[frame.t] : undefined;
  if (!shape || !fits(frame, shape)) return false;
  if (frame.t === "welcome") return fits(frame, "agent" in frame ? agentWelcome : visitorWelcome);
  if (frame.t === "message") return isContent(frame.type, frame.content);
  if (frame.t === "history") return (frame.messages as unknown[]).every(isServerFrame);
  return true;
}

function isContent(type: unknown, content: unknown): boolean {
  return type === "text" ? typeof content === "string" : isKind.o(content);
}

/** decodeFrame reads one WebSocket text message. Null: not a frame that this version knows, to be ignored. */
export function decodeFrame(text: unknown): ServerFrame | null {
  if (typeof text !== "string") return null;
  try {
    const value: unknown = JSON.parse(text);
    return isServerFrame(value) ? value : null;
  } catch {
    return null;
  }
}

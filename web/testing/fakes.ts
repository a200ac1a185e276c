import type { Clock } from "../protocol/clock";

/** FakeClock stands still until it is told to go on. Chance is always one half. */
export class FakeClock implements Clock {
  private time = 1_764_000_000_000;
  private timers: { at: number; f: () => void }[] = [];

  now(): number {
    return this.time;
  }

  random(): number {
    return 0.5;
  }

  after(ms: number, f: () => void): () => void {
    const timer = { at: this.time + ms, f };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((t) => t !== timer);
    };
  }

  /** advance runs what is due, in order. */
  advance(ms: number): void {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((t) => t !== due);
      this.time = Math.max(this.time, due.at);
      due.f();
    }
    this.time = end;
  }

  pending(): number {
    return this.timers.length;
  }
}

export type Frame = Record<string, unknown> & { t: string };

/** FakeSocket stands for a WebSocket; the test plays the server. */
export class FakeSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((e: { data: unknown }) => void) | null = null;
  onclose: ((e: { code: number; reason: string }) => void) | null = null;
  readonly sent: Frame[] = [];
  closed = false;

  constructor(readonly url: string) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Frame);
  }

  close(): void {
    this.closed = true;
    this.readyState = 3;
  }

  /** opens is the upgrade; the client then says hello. */
  opens(): this {
    this.readyState = 1;
    this.onopen?.();
    return this;
  }

  says(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  ends(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.({ code, reason });
  }

  /** last is the newest frame of a type. */
  last(t: string): Frame | undefined {
    return this.sent.filter((f) => f.t === t).pop();
  }

  count(t: string): number {
    return this.sent.filter((f) => f.t === t).length;
  }
}

/** Sockets makes fake sockets and remembers them. */
export class Sockets {
  readonly all: FakeSocket[] = [];

  readonly create = (url: string): WebSocket => {
    const socket = new FakeSocket(url);
    this.all.push(socket);
    return socket as unknown as WebSocket;
  };

  get now(): FakeSocket {
    return this.all[this.all.length - 1]!;
  }
}

export const websiteId = "8c1f6a0e-3a62-4c57-9a51-0f5f2a1d7b11";
export const sessionId = "session_5b0e9a52-5e5b-4a3e-8d9f-0c1b2a3d4e5f";
export const ada = { id: "0d5fb0d2-6f2b-4f2d-9a0e-111111111111", name: "Ada" };

export function tokenOf(n: number): string {
  return `session_5b0e9a52-5e5b-4a3e-8d9f-0c1b2a3d4e5${n}.secretsecretsecret${n}`;
}

/** welcome is what the server says to a new visitor, with changes. */
export function welcome(change: object = {}): Frame {
  return {
    t: "welcome", session: sessionId, epoch: "9f3c21d07ab4e655", resume: "none", seq: 0, unread: 0, ongoing: false,
    read: { visitor: 0, agent: 0 }, delivered: { visitor: 0, agent: 0 }, user: {}, segments: [], data: {},
    website: { id: websiteId, name: "Demo", color: "blue", greeting: "Hello! How can we help?" }, online: true, agents: [ada],
    cookie: { name: `parlor-client%2Fsession%2F${websiteId}`, mode: "load", max_age: 15552000, domain: "", by: "script" },
    triggers: [], preview: true, limits: { text_chars: 4000, frame_bytes: 16384, pending: 64 },
    ...change,
  };
}

let made = 0;

/** message is one of the log. */
export function message(seq: number, from: "visitor" | "agent", content: unknown = `message ${seq}`, change: object = {}): Frame {
  const id = `${(++made).toString(16).padStart(8, "0")}${"0".repeat(24)}`;
  return {
    t: "message", session: sessionId, seq, id, from, type: "text", content, at: 1_764_000_000_000 + seq * 1000,
    ...(from === "agent" ? { by: ada } : {}), ...change,
  };
}

export function history(messages: Frame[], more = false, change: object = {}): Frame {
  return { t: "history", session: sessionId, messages, more, ...change };
}

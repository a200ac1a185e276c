import { afterClose } from "./closecodes";
import { backoffMs } from "./backoff";
import { decodeFrame } from "./decode";
import { realClock, type Clock } from "./clock";
import type { ServerFrame } from "./frames";

/** connecting: on the way, up to the welcome. open: welcomed. waiting: comes back by itself. closed: does not. */
export type Status = "connecting" | "open" | "waiting" | "closed";

export interface StatusInfo {
  code?: number;
  reason?: string;
  retryInMs?: number;
}

export interface SocketOptions {
  /** Where to connect; asked before each attempt. */
  url(): string;
  /** The first frame; asked before each attempt. After code 4410 it must carry neither token nor resume. */
  hello(): object;
  /** Every frame except the answers to `request`; a welcome comes in any case, right after status "open". */
  onFrame(f: ServerFrame): void;
  onStatus(s: Status, info: StatusInfo): void;
  clock?: Clock;
  create?(url: string): WebSocket;
}

/** Refusal is what a request is rejected with: an error frame's, or `closed` and `timeout` of the socket itself. */
export interface Refusal {
  code: string;
  message: string;
  retry_ms?: number;
}

const helloTimeoutMs = 10_000; // the server gives a hello 5 s; twice that covers a slow network
const answerTimeoutMs = 20_000;
const pongTimeoutMs = 8_000;
const quietMs = 60_000; // the server's own pings, every 25 s, are invisible to scripts
const floodedMs = 30_000;
const wakeGapMs = 1_000;

interface Waiting {
  resolve(f: ServerFrame): void;
  reject(r: Refusal): void;
  cancel(): void;
}

/** Socket is the one connection of a client: it comes back by itself, says hello, and pairs answers with requests. */
export class Socket {
  private readonly o: SocketOptions;
  private readonly clock: Clock;
  private ws: WebSocket | null = null;
  private status: Status = "closed";
  /** Since when there is no connection, undefined while there is one or none was lost. */
  private lostAt: number | undefined;
  private fresh = false;
  private flooded = false;
  private refs = 0;
  private triedAt = -Infinity;
  private heardAt = 0;
  private readonly waiting = new Map<number, Waiting>();
  private cancelTimer = (): void => {};
  private cancelWatch = (): void => {};
  private listening = false;

  constructor(o: SocketOptions) {
    this.o = o;
    this.clock = o.clock ?? realClock;
  }

  connect(): void {
    this.listen(true);
    if (this.status === "closed" || this.status === "waiting") this.open();
  }

  /** close ends the connection for good; connect begins anew. */
  close(): void {
    this.listen(false);
    this.lostAt = undefined;
    this.drop("closed", {});
  }

  /** reconnectNow leaves the present connection, if any, and comes back at once. */
  reconnectNow(): void {
    this.listen(true);
    this.drop("waiting", { retryInMs: 0 });
    this.lostAt = undefined;
    this.open();
  }

  /** send puts a frame on the wire. False: not open, nothing was sent. */
  send(frame: object): boolean {
    if (this.status !== "open" || this.ws?.readyState !== WebSocket.OPEN) return false;
    this.ws.send(JSON.stringify(frame));
    return true;
  }

  /** request sends a frame and resolves with its answer. Rejects with a Refusal: refused, not open, closed before, or no answer in 20 s. */
  request(frame: object): Promise<ServerFrame> {
    const ref = (this.refs = (this.refs % 0x7fffffff) + 1);
    return new Promise((resolve, reject) => {
      if (!this.send({ ...frame, ref })) {
        reject({ code: "closed", message: "not connected" } satisfies Refusal);
        return;
      }
      const cancel = this.clock.after(answerTimeoutMs, () => {
        this.waiting.delete(ref);
        reject({ code: "timeout", message: "no answer" } satisfies Refusal);
      });
      this.waiting.set(ref, { resolve, reject, cancel });
    });
  }

  private open(): void {
    this.cancelTimer();
    this.triedAt = this.clock.now();
    this.flooded = false;
    this.set("connecting", {});
    let ws: WebSocket;
    try {
      ws = this.o.create ? this.o.create(this.o.url()) : new WebSocket(this.o.url(), "parlor.v1");
    } catch {
      // A strict policy of the host page or a malformed address: trying again cannot help.
      this.drop("closed", { code: 1006, reason: "blocked" });
      return;
    }
    this.ws = ws;
    ws.onopen = () => {
      if (this.ws === ws) ws.send(JSON.stringify(this.o.hello()));
    };
    ws.onmessage = (e) => {
      if (this.ws === ws) this.receive(e.data);
    };
    ws.onclose = (e) => {
      if (this.ws === ws) this.ended(e.code, e.reason);
    };
    this.cancelTimer = this.clock.after(helloTimeoutMs, () => this.ended(1006, "timeout"));
  }

  private receive(data: unknown): void {
    this.heardAt = this.clock.now();
    const frame = decodeFrame(data);
    if (!frame) return;
    if (frame.t === "welcome" && this.status === "connecting") {
      this.cancelTimer();
      this.lostAt = undefined;
      this.fresh = false;
      this.set("open", {});
      this.watch();
    }
    const ref = "ref" in frame ? frame.ref : undefined;
    const waiting = ref === undefined ? undefined : this.waiting.get(ref);
    if (waiting) {
      this.waiting.delete(ref!);
      waiting.cancel();
      if (frame.t === "error") waiting.reject({ code: frame.code, message: frame.message, retry_ms: frame.retry_ms });
      else waiting.resolve(frame);
      if (frame.t !== "welcome") return;
    }
    if (frame.t !== "pong") this.o.onFrame(frame);
  }

  private ended(code: number, reason: string): void {
    const next = afterClose(code);
    const info: StatusInfo = { code, reason };
    if (next === "stay" || (next === "fresh" && this.fresh)) {
      this.drop("closed", info);
      return;
    }
    this.fresh = next === "fresh";
    this.flooded = next === "later";
    info.retryInMs = this.flooded ? floodedMs : this.fresh ? 0 : backoffMs(this.gone(), this.clock.random);
    this.drop("waiting", info);
    // What the status told may have closed or reconnected the socket already.
    if (this.status === "waiting") this.cancelTimer = this.clock.after(info.retryInMs, () => this.open());
  }

  /** gone is for how long there has been no connection, counted from the first call since the last one. */
  private gone(): number {
    this.lostAt ??= this.clock.now();
    return this.clock.now() - this.lostAt;
  }

  /** drop lets go of the connection and of everything that waits for it. */
  private drop(status: Status, info: StatusInfo): void {
    this.cancelTimer();
    this.cancelWatch();
    const ws = this.ws;
    this.ws = null;
    if (ws) {
      ws.onopen = ws.onmessage = ws.onclose = null;
      ws.close();
    }
    const waiting = [...this.waiting.values()];
    this.waiting.clear();
    this.set(status, info);
    for (const w of waiting) {
      w.cancel();
      w.reject({ code: "closed", message: "the connection closed" });
    }
  }

  private set(status: Status, info: StatusInfo): void {
    if (this.status === status && status !== "waiting") return;
    this.status = status;
    this.o.onStatus(status, info);
  }

  /** watch doubts a connection on which nothing came for a while; hidden pages wait until they are looked at. */
  private watch(): void {
    this.cancelWatch();
    this.cancelWatch = this.clock.after(quietMs, () => {
      if (!document.hidden && this.clock.now() - this.heardAt >= quietMs) this.doubt();
      else this.watch();
    });
  }

  private doubt(): void {
    this.cancelWatch();
    const asked = this.clock.now();
    this.send({ t: "ping" });
    this.cancelWatch = this.clock.after(pongTimeoutMs, () => {
      if (this.heardAt >= asked) this.watch();
      else this.ended(1006, "silent");
    });
  }

  private listen(on: boolean): void {
    if (on === this.listening) return;
    this.listening = on;
    const change = on ? "addEventListener" : "removeEventListener";
    window[change]("online", this.wake);
    window[change]("offline", this.wake);
    window[change]("pagehide", this.hide);
    window[change]("pageshow", this.wake);
    document[change]("visibilitychange", this.wake);
  }

  private readonly wake = (): void => {
    if (document.hidden) return;
    if (this.status === "open") this.doubt();
    else if (this.status === "waiting" && !this.flooded) {
      this.cancelTimer();
      this.cancelTimer = this.clock.after(Math.max(0, this.triedAt + wakeGapMs - this.clock.now()), () => this.open());
    }
  };

  /** A page that is left lets go of its connection, so that the browser may keep the page and bring it back at once. */
  private readonly hide = (): void => {
    if (this.status !== "closed") this.drop("waiting", {});
  };
}

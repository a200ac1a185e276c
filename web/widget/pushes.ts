import type { Data, ServerFrame, User } from "../protocol/frames";
import type { UserPatch } from "../protocol/client";
import type { Refusal } from "../protocol/socket";
import { realClock, type Clock } from "../protocol/clock";
import { patched } from "./patch";

/** Push is something that the page tells about its visitor. */
export type Push =
  | { t: "user"; patch: UserPatch }
  | { t: "data"; data: Data }
  | { t: "segments"; segments: string[]; overwrite: boolean }
  | { t: "event"; name: string; data?: Record<string, unknown>; color?: string };

/** Known is what the server has already. */
export interface Known {
  user: User;
  data: Data;
  segments: readonly string[];
}

export interface PushesOptions {
  request(frame: object): Promise<ServerFrame>;
  /** Tracking data must wait for the visitor's consent (P13). */
  holdsBack(): boolean;
  /** The server demands consent; what it refused waits. */
  onConsentRequired(): void;
  warn(text: string): void;
  clock?: Clock;
}

const maxQueued = 200;
const held = -1;
const repeat = new Set(["rate_limited", "busy", "unavailable"]);

/** Pushes tells the server what the page set, one after the other. Pages set the same on every load: what is known is not sent again. */
export class Pushes {
  private queue: Push[] = [];
  private known: Known = { user: {}, data: {}, segments: [] };
  private open = false;
  private busy = false;
  private cancel = (): void => {};
  private readonly clock: Clock;

  constructor(private readonly o: PushesOptions) {
    this.clock = o.clock ?? realClock;
  }

  add(push: Push): void {
    if (this.queue.length < maxQueued) this.queue.push(push);
    void this.pump();
  }

  /** waiting are those that the server has not answered. */
  waiting(): readonly Push[] {
    return this.queue;
  }

  /** learned takes what the server says it has. */
  learned(known: Partial<Known>): void {
    this.known = { ...this.known, ...known };
  }

  welcomed(known: Known): void {
    this.known = known;
    this.open = true;
    void this.pump();
  }

  closed(): void {
    this.open = false;
    this.cancel();
  }

  /** released goes on after consent was given. */
  released(): void {
    void this.pump();
  }

  /** withdrawn drops what can be tracking: the server has nothing of it any more, and is not to get what waits. */
  withdrawn(): void {
    this.queue = this.queue.filter((p) => p.t === "user");
    this.known = { ...this.known, data: {}, segments: [] };
  }

  clear(): void {
    this.queue = [];
  }

  private next(): Push | undefined {
    return this.o.holdsBack() ? this.queue.find((p) => p.t === "user") : this.queue[0];
  }

  private async pump(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let push = this.next(); this.open && push; push = this.next()) {
      const frame = needed(push, this.known);
      const again = frame ? await this.tell(frame, push) : 0;
      if (again === held) continue;
      if (again) {
        this.cancel();
        this.cancel = this.clock.after(again, () => void this.pump());
        break;
      }
      if (again === 0) this.queue = this.queue.filter((p) => p !== push);
      else break;
    }
    this.busy = false;
  }

  /** tell sends a frame. It returns 0 when the push is done with, or after how many milliseconds to try again; NaN: after the next welcome; held: after consent. */
  private async tell(frame: object, push: Push): Promise<number> {
    try {
      await this.o.request(frame);
      if (this.queue.includes(push)) this.known = told(this.known, push); // else withdrawn meanwhile
      return 0;
    } catch (e) {
      const refusal = e as Refusal;
      if (refusal.code === "consent_required") {
        this.o.onConsentRequired();
        return held;
      }
      if (repeat.has(refusal.code)) return refusal.retry_ms ?? 2_000;
      // An event that may have arrived is not told twice; everything else may be.
      if (refusal.code === "closed" || refusal.code === "timeout") return push.t === "event" && refusal.code === "timeout" ? 0 : NaN;
      this.o.warn(`${push.t}: ${refusal.message}`);
      return 0;
    }
  }
}

/** needed is the frame that tells what the server does not know yet; null when it knows all of it. */
export function needed(push: Push, known: Known): object | null {
  switch (push.t) {
    case "user": {
      const patch = difference(push.patch, known.user);
      return patch && { t: "user", ...patch };
    }
    case "data": {
      const data = difference(push.data, known.data);
      return data && { t: "data", data };
    }
    case "segments": {
      const same = push.segments.every((s) => known.segments.includes(s)) && (!push.overwrite || push.segments.length === known.segments.length);
      return same ? null : push;
    }
    case "event":
      return push;
  }
}

/** told is what is known after a push. */
function told(known: Known, push: Push): Known {
  switch (push.t) {
    case "user": return { ...known, user: patched(known.user, push.patch) as User };
    case "data": return { ...known, data: patched(known.data, push.data) as Data };
    case "segments": return { ...known, segments: [...new Set([...(push.overwrite ? [] : known.segments), ...push.segments])] };
    case "event": return known;
  }
}

function difference(patch: object, known: object): Record<string, unknown> | null {
  const have = known as Record<string, unknown>;
  const rest = Object.entries(patch).filter(([key, value]) => JSON.stringify(have[key] ?? null) !== JSON.stringify(value));
  return rest.length ? Object.fromEntries(rest) : null;
}

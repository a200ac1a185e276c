import { newMessageId } from "./ids";
import { realClock, type Clock } from "./clock";
import type { ErrorFrame } from "./frames";

/** Outgoing is a message or note that has no ack yet. `failed`: the server refused it and says why in `error`. */
export interface Outgoing<F extends { id: string }> {
  readonly frame: F;
  readonly state: "sending" | "failed";
  readonly at: number;
  readonly error?: string;
}

export interface OutboxOptions<F extends { id: string }> {
  /** Puts a frame on the wire; false when not connected. */
  send(frame: F): boolean;
  /** Called after every change. */
  onChange(items: readonly Outgoing<F>[]): void;
  /** Frames of one lane are stored in the order in which they were added. Default: one lane for all. */
  lane?(frame: F): string;
  /** What an earlier outbox had no ack for. */
  restore?: readonly Outgoing<F>[];
  clock?: Clock;
}

const ackTimeoutMs = 20_000;
const defaultRetryMs = 2_000;
const maxInternal = 5;
const repeat = new Set(["rate_limited", "busy", "unavailable", "internal"]);

/**
 * Outbox keeps what was written until it is stored. Each frame keeps its id through every repeat, so the server stores it once.
 * One frame of a lane is under way at a time: a refused first and an accepted second would change places.
 */
export class Outbox<F extends { id: string }> {
  private items: readonly Outgoing<F>[];
  private open = false;
  private readonly clock: Clock;
  /** Per lane: the id that is under way or waits for its retry, and what ends the wait. */
  private readonly busy = new Map<string, { id: string; cancel(): void }>();
  private readonly faults = new Map<string, number>();

  constructor(private readonly o: OutboxOptions<F>) {
    this.items = o.restore ?? [];
    this.clock = o.clock ?? realClock;
  }

  list(): readonly Outgoing<F>[] {
    return this.items;
  }

  find(id: string): Outgoing<F> | undefined {
    return this.items.find((i) => i.frame.id === id);
  }

  add(frame: F): void {
    this.change([...this.items, { frame, state: "sending", at: this.clock.now() }]);
    this.pump();
  }

  /** welcomed begins to send, again from the first without an ack. Call it on every welcome, after the log took what it missed. */
  welcomed(): void {
    this.stop();
    this.open = true;
    this.pump();
  }

  /** closed stops sending until the next welcome. */
  closed(): void {
    this.stop();
    this.open = false;
  }

  /** acked lets go of a frame: its ack came, or the message itself. It returns what was written, or undefined. */
  acked(id: string): F | undefined {
    const item = this.find(id);
    if (!item) return undefined;
    this.release(id);
    this.change(this.items.filter((i) => i !== item));
    this.pump();
    return item.frame;
  }

  /** refused handles an error frame that names an id of ours; true when it did. */
  refused(e: ErrorFrame): boolean {
    const item = e.id === undefined ? undefined : this.find(e.id);
    if (!item) return false;
    const faults = (this.faults.get(item.frame.id) ?? 0) + (e.code === "internal" ? 1 : 0);
    this.faults.set(item.frame.id, faults);
    if (repeat.has(e.code) && faults < maxInternal) {
      this.hold(item.frame, e.retry_ms ?? defaultRetryMs);
    } else if (e.code === "cmid_conflict") {
      this.release(item.frame.id);
      this.put(item, { ...item, frame: { ...item.frame, id: newMessageId() } });
      this.pump();
    } else {
      this.release(item.frame.id);
      this.put(item, { ...item, state: "failed", error: e.code });
      this.pump();
    }
    return true;
  }

  retry(id: string): void {
    const item = this.find(id);
    if (!item || item.state !== "failed") return;
    this.faults.delete(id);
    this.put(item, { frame: item.frame, at: item.at, state: "sending" });
    this.pump();
  }

  discard(id: string): void {
    this.acked(id);
  }

  clear(): void {
    this.stop();
    this.faults.clear();
    this.change([]);
  }

  private pump(): void {
    if (!this.open) return;
    for (const item of this.items) {
      const lane = this.laneOf(item.frame);
      if (item.state !== "sending" || this.busy.has(lane)) continue;
      if (!this.o.send(item.frame)) return;
      // No ack and no error: the frame or its answer is lost. The same id makes the repeat harmless.
      this.hold(item.frame, ackTimeoutMs);
    }
  }

  /** hold keeps a frame's lane busy and repeats the frame after ms. */
  private hold(frame: F, ms: number): void {
    const lane = this.laneOf(frame);
    this.busy.get(lane)?.cancel();
    const cancel = this.clock.after(ms, () => {
      this.busy.delete(lane);
      this.pump();
    });
    this.busy.set(lane, { id: frame.id, cancel });
  }

  private release(id: string): void {
    for (const [lane, b] of this.busy) {
      if (b.id !== id) continue;
      b.cancel();
      this.busy.delete(lane);
    }
  }

  private stop(): void {
    for (const b of this.busy.values()) b.cancel();
    this.busy.clear();
  }

  private put(old: Outgoing<F>, item: Outgoing<F>): void {
    this.change(this.items.map((i) => (i === old ? item : i)));
  }

  private change(items: readonly Outgoing<F>[]): void {
    this.items = items;
    this.o.onChange(items);
  }

  private laneOf(frame: F): string {
    return this.o.lane ? this.o.lane(frame) : "";
  }
}

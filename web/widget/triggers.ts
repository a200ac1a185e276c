import type { TriggerInfo } from "../protocol/frames";
import { realClock, type Clock } from "../protocol/clock";

export interface TriggersOptions {
  /** Reports that a condition holds. The server decides whether it fires (P12). */
  fire(name: string): void;
  path(): string;
  clock?: Clock;
}

/** Triggers waits for the conditions of the website's triggers: so long on a page whose path begins so. */
export class Triggers {
  private list: readonly TriggerInfo[] = [];
  private since: number;
  private readonly cancels: (() => void)[] = [];
  private readonly reported = new Set<string>();
  private readonly clock: Clock;

  constructor(private readonly o: TriggersOptions) {
    this.clock = o.clock ?? realClock;
    this.since = this.clock.now();
  }

  /** update takes the triggers that have not fired. After a welcome, those that were reported in vain count anew. */
  update(list: readonly TriggerInfo[], welcomed: boolean): void {
    if (welcomed) this.reported.clear();
    else if (list === this.list) return;
    this.list = list;
    this.schedule();
  }

  /** moved starts the time again: the visitor looks at another page. */
  moved(): void {
    this.since = this.clock.now();
    this.schedule();
  }

  stop(): void {
    for (const cancel of this.cancels.splice(0)) cancel();
    document.removeEventListener("visibilitychange", this.seen);
  }

  private schedule(): void {
    this.stop();
    document.addEventListener("visibilitychange", this.seen);
    const path = this.o.path();
    const spent = this.clock.now() - this.since;
    for (const t of this.list) {
      if (t.after_ms === undefined || !path.startsWith(t.url ?? "") || this.reported.has(t.name)) continue;
      this.cancels.push(this.clock.after(Math.max(0, t.after_ms - spent), () => this.due(t.name)));
    }
  }

  /** due reports a trigger, unless nobody looks at the page: then as soon as somebody does. */
  private due(name: string): void {
    if (document.hidden || this.reported.has(name)) return;
    this.reported.add(name);
    this.o.fire(name);
  }

  private readonly seen = (): void => {
    if (!document.hidden) this.schedule();
  };
}

// Tells the visitor that an agent types: not more often than needed, and that it ended.

import { realClock, type Clock } from "../protocol/clock";
import type { Opened } from "./state";

const repeatMs = 5_000; // a frame is good for 10 s
const idleMs = 6_000;

export class Typist {
  private where: Opened | null = null;
  private told = 0;
  private cancelIdle = (): void => {};

  constructor(private readonly tell: (x: Opened, on: boolean) => void, private readonly clock: Clock = realClock) {}

  /** typed notes a change of what is written; an empty text is no typing. */
  typed(x: Opened, text: string): void {
    if (this.where && this.where.session !== x.session) this.stop();
    if (text.trim() === "") {
      this.stop();
      return;
    }
    const now = this.clock.now();
    if (!this.where || now - this.told >= repeatMs) {
      this.told = now;
      this.tell(x, true);
    }
    this.where = x;
    this.cancelIdle();
    this.cancelIdle = this.clock.after(idleMs, () => this.stop());
  }

  /** stop says that nobody types any more. After a message it is `silent`: the message says it. */
  stop(silent = false): void {
    this.cancelIdle();
    const x = this.where;
    this.where = null;
    if (x && !silent) this.tell(x, false);
  }
}

import { realClock, type Clock } from "../protocol/clock";

const everyMs = 2_000;
const restMs = 6_000; // agents see "composing" for 10 s without news
const maxPreview = 200;

/** Composing tells agents that the visitor writes, and what, where the website has them read along. */
export class Composing {
  private on = false;
  private sentAt = -Infinity;
  private text = "";
  private cancelNext = (): void => {};
  private cancelRest = (): void => {};
  private readonly clock: Clock;

  constructor(private readonly o: { send(frame: object): void; preview(): boolean; clock?: Clock }) {
    this.clock = o.clock ?? realClock;
  }

  typed(text: string): void {
    this.text = text;
    if (!text.trim()) {
      this.stop();
      return;
    }
    this.cancelRest();
    this.cancelRest = this.clock.after(restMs, () => this.stop());
    const wait = this.sentAt + everyMs - this.clock.now();
    this.cancelNext();
    if (wait <= 0) this.tell();
    else this.cancelNext = this.clock.after(wait, () => this.tell());
  }

  stop(): void {
    this.cancelNext();
    this.cancelRest();
    if (!this.on) return;
    this.on = false;
    this.sentAt = -Infinity;
    this.o.send({ t: "typing", on: false });
  }

  private tell(): void {
    this.on = true;
    this.sentAt = this.clock.now();
    const text = this.o.preview() ? { text: Array.from(this.text).slice(0, maxPreview).join("") } : {};
    this.o.send({ t: "typing", on: true, ...text });
  }
}

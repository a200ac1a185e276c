import type { ConsentInfo, ServerFrame } from "../protocol/frames";
import type { Refusal } from "../protocol/socket";
import { realClock, type Clock } from "../protocol/clock";

/** CookiePart is what the cookie does by consent, where the website's mode is that. */
export interface CookiePart {
  grant(): void;
  revoke(): void;
  /** The visitor withdrew elsewhere. */
  withdrawn(): void;
  byConsent(): boolean;
  isGranted(): boolean;
}

export interface ConsentOptions {
  request(frame: object): Promise<ServerFrame>;
  cookie: CookiePart;
  /** What waited may go. */
  onGranted(): void;
  /** What was told is gone, and nothing that waits may go. */
  onWithdrawn(): void;
  warn(text: string): void;
  clock?: Clock;
}

const repeatMs = 2_000;
const repeat = new Set(["rate_limited", "busy", "unavailable", "timeout", "internal"]);

/**
 * Consent is what the visitor says about tracking: what the page reports goes to the server, which keeps it with the session for all tabs, and holds
 * back what the server would refuse (P13).
 */
export class Consent {
  private required = false;
  /** What the server has. */
  private tracking: boolean | undefined;
  /** What the page said and the server does not have yet. */
  private pending: boolean | null = null;
  /** The last word, for a session that has none: one that began because the other was lost. */
  private word: boolean | null = null;
  private open = false;
  private busy = false;
  private cancel = (): void => {};
  private readonly clock: Clock;

  constructor(private readonly o: ConsentOptions) {
    this.clock = o.clock ?? realClock;
  }

  grant(): void {
    this.o.cookie.grant();
    this.say(true);
    this.o.onGranted();
  }

  revoke(): void {
    this.o.cookie.revoke();
    this.say(false);
    this.o.onWithdrawn();
  }

  isGranted(): boolean {
    const told = this.pending ?? this.tracking;
    if (!this.o.cookie.byConsent() || told === false) return told === true;
    return this.o.cookie.isGranted() && (told === true || !this.required);
  }

  /** holdsBack reports whether tracking data must wait: a yes counts when the server has it, a no at once. */
  holdsBack(): boolean {
    if (this.pending === false || this.tracking === false || (this.required && !this.tracking)) return true;
    return this.o.cookie.byConsent() && !this.o.cookie.isGranted();
  }

  welcomed(info: ConsentInfo | undefined): void {
    this.required = info?.required ?? false;
    this.tracking = info?.tracking;
    this.open = true;
    if (this.tracking === undefined) this.pending ??= this.word;
    else if (this.pending === null) this.word = this.tracking;
    if (this.tracking === false && this.pending !== true) this.o.cookie.withdrawn();
    void this.tell();
  }

  closed(): void {
    this.open = false;
    this.cancel();
  }

  /** learned takes what another tab said. A yes that is not told yet gives way to it, a no does not. */
  learned(tracking: boolean): void {
    this.tracking = this.word = tracking;
    if (!this.busy && this.pending) this.pending = null;
    if (tracking) {
      this.o.onGranted();
      return;
    }
    this.o.cookie.withdrawn();
    this.o.onWithdrawn();
  }

  /** refused takes that the server demands consent which this page did not know of. */
  refused(): void {
    this.required = true;
    if (this.tracking) this.tracking = false;
  }

  /** forget begins anew, with a session of somebody else. */
  forget(): void {
    this.pending = this.word = null;
    this.tracking = undefined;
  }

  private say(tracking: boolean): void {
    this.pending = this.word = tracking;
    void this.tell();
  }

  private async tell(): Promise<void> {
    this.cancel();
    if (this.pending === this.tracking) this.pending = null;
    if (this.busy || !this.open || this.pending === null) return;
    const word = this.pending;
    this.busy = true;
    const again = await this.send(word);
    this.busy = false;
    if (again > 0) this.cancel = this.clock.after(again, () => void this.tell());
    else if (again === 0) void this.tell();
  }

  /** send returns 0 when the server answered, or after how many milliseconds to try again; -1: after the next welcome. */
  private async send(tracking: boolean): Promise<number> {
    try {
      await this.o.request({ t: "consent", tracking });
    } catch (e) {
      const refusal = e as Refusal;
      if (refusal.code === "closed") return -1;
      if (repeat.has(refusal.code)) return refusal.retry_ms ?? repeatMs;
      this.o.warn(`consent: ${refusal.message}`);
      this.pending = null;
      return 0;
    }
    this.tracking = tracking;
    if (tracking) this.o.onGranted();
    return 0;
  }
}

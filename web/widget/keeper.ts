import type { CookieInfo, VisitorWelcome } from "../protocol/frames";
import { realClock, type Clock } from "../protocol/clock";
import { clearToken, readToken, writeToken, type Jar } from "./cookie";
import type { Globals } from "./globals";

export interface KeeperOptions {
  website: string;
  /** Where POST and DELETE /visitor/cookie go. */
  origin: string;
  jar: Jar;
  globals: Globals;
  /** The browser holds another session's cookie: come back with that one (P5). */
  onAdopt(): void;
  onBlocked(blocked: boolean): void;
  clock?: Clock;
  fetch?: typeof fetch;
}

const checksMs = [300, 2_000]; // two tabs of a new visitor that load at once settle within these
const maxAdoptions = 4;

/** Keeper keeps the credential that binds the browser to its session: in memory, and in the cookie when and how the website's policy says. */
export class Keeper {
  private token: string | null = null;
  private presented: string | null = null;
  private info: CookieInfo | null = null;
  private opened = false;
  private granted = false;
  /** The visitor said no since: what the browser had is no consent any more. */
  private declined = false;
  /** The browser brought a cookie: the visitor is a known one, whatever the mode. */
  private had = false;
  private adoptions = 0;
  private readonly cancels = new Set<() => void>();
  private readonly clock: Clock;

  constructor(private readonly o: KeeperOptions) {
    this.clock = o.clock ?? realClock;
  }

  /** present is the token for a hello. The cookie is read again each time: another tab may have got one first. */
  present(): string | undefined {
    const held = this.held();
    if (held) {
      this.token = held;
      this.had = true;
    }
    this.presented = this.token;
    return this.token ?? undefined;
  }

  /** known reports whether the browser holds a cookie that scripts can see. */
  known(): boolean {
    return this.held() !== null;
  }

  /** welcomed keeps what a welcome brought. False: another tab was first, and the connection must be made again with its token. */
  welcomed(f: VisitorWelcome): boolean {
    this.info = f.cookie ?? this.info;
    if (f.token) {
      const held = this.held();
      if (held && held !== f.token && held !== this.presented && !this.o.globals.tokenId() && this.adopt(held)) return false;
      this.token = f.token;
    } else {
      this.had = true;
    }
    this.keep(f.token !== undefined);
    return true;
  }

  open(): void {
    if (this.opened) return;
    this.opened = true;
    if (this.info?.mode === "open") this.keep(true);
  }

  grant(): void {
    this.granted = true;
    this.declined = false;
    this.keep(true);
  }

  /** revoke takes the cookie away; the page's session goes on until the page is left. */
  revoke(): void {
    this.withdrawn();
    void this.clear();
  }

  /** withdrawn keeps nothing more: the visitor withdrew consent elsewhere, where the cookie was taken away. */
  withdrawn(): void {
    this.granted = false;
    this.declined = true;
  }

  byConsent(): boolean {
    return this.info?.mode === "consent";
  }

  isGranted(): boolean {
    return this.granted || (this.byConsent() && this.had && !this.declined);
  }

  /** forget unbinds the browser from its session. */
  async forget(): Promise<void> {
    this.token = this.presented = null;
    this.had = false;
    this.stop();
    await this.clear();
  }

  /** check looks whether another tab bound the browser to another session since. */
  check(): void {
    const held = this.info?.by === "script" && this.may() ? this.held() : null;
    if (held && this.token && held !== this.token && !this.o.globals.tokenId() && this.adopt(held)) this.o.onAdopt();
  }

  stop(): void {
    for (const cancel of this.cancels) cancel();
    this.cancels.clear();
  }

  private held(): string | null {
    return readToken(this.o.jar, this.o.website, this.info?.name);
  }

  private adopt(token: string | null): boolean {
    if (this.adoptions >= maxAdoptions) return false;
    this.adoptions++;
    this.token = token;
    return true;
  }

  private may(): boolean {
    if (!this.info) return false;
    switch (this.info.mode) {
      case "load": return true;
      case "open": return this.opened || this.had;
      case "consent": return this.isGranted();
    }
  }

  private keep(fresh: boolean): void {
    if (!this.info || !this.may()) return;
    if (this.info.by === "server") void this.keepByServer(fresh);
    else this.keepByScript();
  }

  private keepByScript(): void {
    const info = this.info!;
    const value = this.token ?? this.held();
    if (!value) return;
    const wish = { name: info.name, domain: this.o.globals.cookieDomain() || info.domain, maxAge: this.maxAge() };
    this.o.onBlocked(!writeToken(this.o.jar, this.o.website, wish, value));
    for (const ms of checksMs) this.later(ms, () => this.check());
  }

  private maxAge(): number {
    return this.o.globals.cookieExpire() || this.info!.max_age;
  }

  /**
   * keepByServer lets the node set the cookie, so that browsers do not cut its life short. A new token is verified by renewing it: a browser
   * that stores no cookies fails that, and the token stays in memory. Where the node cannot be asked, the script sets the cookie.
   */
  private async keepByServer(fresh: boolean): Promise<void> {
    const token = this.token;
    const first = await this.post(token ? { token } : {});
    if (first === "adopt") {
      if (!this.o.globals.tokenId() && this.adopt(null)) this.o.onAdopt();
    } else if (first === "failed") {
      if (token) this.keepByScript();
    } else if (fresh && token) {
      const kept = (await this.post({})) === "kept";
      this.o.onBlocked(!kept);
      if (kept && this.token === token) this.token = null;
    }
  }

  private async post(body: { token?: string }): Promise<"kept" | "adopt" | "failed"> {
    const all: Record<string, unknown> = { website: this.o.website, ...body };
    if (this.o.globals.cookieDomain()) all.domain = this.o.globals.cookieDomain();
    if (this.o.globals.cookieExpire()) all.max_age = this.o.globals.cookieExpire();
    try {
      const answer = await (this.o.fetch ?? fetch)(`${this.o.origin}/visitor/cookie`, {
        method: "POST", credentials: "include", headers: { "Content-Type": "application/json" }, body: JSON.stringify(all),
      });
      if (!answer.ok) return "failed";
      if (answer.status === 200 && ((await answer.json()) as { adopt?: boolean }).adopt) return "adopt";
      return "kept";
    } catch {
      return "failed";
    }
  }

  private async clear(): Promise<void> {
    if (!this.info) return;
    clearToken(this.o.jar, this.info.name);
    if (this.info.by !== "server") return;
    const query = new URLSearchParams({ website: this.o.website, domain: this.o.globals.cookieDomain() });
    try {
      await (this.o.fetch ?? fetch)(`${this.o.origin}/visitor/cookie?${query.toString()}`, { method: "DELETE", credentials: "include" });
    } catch {
      // Offline: the cookie stays, and the next welcome replaces it.
    }
  }

  private later(ms: number, f: () => void): void {
    const cancel = this.clock.after(ms, () => {
      this.cancels.delete(cancel);
      f();
    });
    this.cancels.add(cancel);
  }
}

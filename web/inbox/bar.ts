// The thin bar on top: what the connection does, only when it matters.

import { h, replaceChildren, setAttr } from "../design/dom";
import { icon, iconCheck, iconOffline } from "../design/icons";
import type { App, Part } from "./context";
import { behind } from "./session";
import { openSession, type State } from "./state";

const patienceMs = 700; // what is over sooner is not worth a word
const backMs = 2_500;

export function createBar(app: App): Part {
  return new BarView(app);
}

class BarView implements Part {
  readonly root = h("div", { class: "bar", role: "status", hidden: true });
  private drawn = "";
  private lostSince = 0;
  private said = false;
  private timer = 0;

  constructor(private readonly app: App) {
    const again = (): void => this.update(app.store.get());
    window.addEventListener("online", again, { signal: app.ending });
    window.addEventListener("offline", again, { signal: app.ending });
    app.ending.addEventListener("abort", () => clearTimeout(this.timer));
  }

  update(s: State): void {
    clearTimeout(this.timer);
    const kind = s.phase === "ready" ? this.kindOf(s, Date.now()) : "";
    if (kind === this.drawn) return;
    this.drawn = kind;
    setAttr(this.root, "data-kind", kind.split(" ")[0] || null);
    this.root.hidden = kind === "";
    this.draw(kind);
  }

  /** kindOf is what to say, and sets the timer after which it is something else. */
  private kindOf(s: State, now: number): string {
    const c = s.connection;
    if (c.state === "ended") return c.code === 4401 ? "" : "ended";
    if (c.state === "open") return this.opened(s, now);
    if (c.state === "first") return "";
    if (!this.lostSince) this.lostSince = now;
    if (now - this.lostSince < patienceMs) return this.later(s, patienceMs - (now - this.lostSince), "");
    this.said = true;
    if (!navigator.onLine) return "offline";
    const seconds = c.retryAt === null ? 0 : Math.ceil((c.retryAt - now) / 1000);
    return seconds > 1 ? this.later(s, 1_000, `waiting ${seconds}`) : "connecting";
  }

  private opened(s: State, now: number): string {
    this.lostSince = 0;
    const x = openSession(s);
    const left = x ? behind(x) : 0;
    if (!this.said) return "";
    if (left > 0 || x?.phase === "opening") return `catching ${left}`;
    if (now - s.backAt < backMs) return this.later(s, backMs - (now - s.backAt), "back");
    this.said = false;
    return "";
  }

  private later(s: State, ms: number, kind: string): string {
    this.timer = window.setTimeout(() => this.update(this.app.store.get() ?? s), ms + 10);
    return kind;
  }

  private draw(kind: string): void {
    const t = this.app.t;
    const [name, number] = kind.split(" ");
    const now = h("button", { type: "button", class: "link-button", onclick: () => this.app.client.reconnectNow() }, t.reconnectNow);
    switch (name) {
      case "offline": return replaceChildren(this.root, icon(iconOffline, "small"), t.offline);
      // The seconds would be read out one by one.
      case "waiting": return replaceChildren(this.root, icon(iconOffline, "small"), h("span", { class: "hidden-text" }, t.reconnecting), h("span", { "aria-hidden": "true" }, t.reconnectingIn(Number(number))), now);
      case "connecting": return replaceChildren(this.root, icon(iconOffline, "small"), t.reconnecting);
      case "catching": return replaceChildren(this.root, t.catchingUp(Number(number)));
      case "back": return replaceChildren(this.root, icon(iconCheck, "small"), t.backAgain);
      case "ended": return replaceChildren(this.root, icon(iconOffline, "small"), t.ended, now);
      default: return replaceChildren(this.root);
    }
  }
}

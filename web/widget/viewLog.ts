import { h, reconcile, setAttr, toggle } from "../design/dom";
import { icon, iconArrowDown } from "../design/icons";
import { rowsOf } from "./rows";
import { RowView, type RowActions } from "./viewRow";
import type { Language } from "./strings";
import type { State } from "./state";

export interface LogActions extends RowActions {
  loadOlder(): void;
}

const nearPx = 96;

/** LogView shows the log: it grows at the end without moving what is read, and at the top without a jump. */
export class LogView {
  readonly element: HTMLElement;
  private readonly log: HTMLElement;
  private readonly jump: HTMLButtonElement;
  private readonly rows: RowView;
  private readonly size: ResizeObserver;
  private before: State | null = null;
  /** The newest message is in sight, and stays there when the room changes: a keyboard opens, a picture arrives, the composer grows. */
  private following = true;
  /** Where the log was scrolled to when that was last settled: anywhere else, and the visitor moved it, whose event may still be on its way. */
  private top = 0;
  private filled = false;

  constructor(l: Language, private readonly actions: LogActions, now: () => number) {
    this.rows = new RowView(l, actions, now);
    this.log = h("div", { class: "log", role: "log", "aria-label": l.strings.log, "aria-live": "polite", tabindex: 0, onscroll: () => this.scrolled() });
    this.jump = h("button", { class: "jump", type: "button", hidden: true, onclick: () => this.toEnd() }, icon(iconArrowDown, "small"), l.strings.newMessages);
    this.element = h("div", { class: "scroller" }, this.log, this.jump);
    const follow = (): void => {
      if (this.follows()) this.toEnd();
    };
    this.size = new ResizeObserver(follow);
    this.size.observe(this.log);
    this.log.addEventListener("load", follow, true);
  }

  destroy(): void {
    this.size.disconnect();
  }

  render(s: State): void {
    const b = this.before;
    this.before = s;
    if (b && same(b, s)) return;
    const follows = this.follows();
    const mine = b !== null && s.pending.length > b.pending.length;
    const grewAbove = b !== null && s.log.messages[0]?.seq !== b.log.messages[0]?.seq && b.log.messages.length > 0;
    const fromEnd = this.log.scrollHeight - this.log.scrollTop;
    // What was there before this page, and what is loaded above, is not news for a screen reader.
    setAttr(this.log, "aria-busy", !this.filled || grewAbove ? "true" : "false");
    reconcile(this.log, rowsOf(s), (r) => r.key, (r) => this.rows.create(r), (e, r) => this.rows.update(e, r));
    this.filled ||= s.loaded;
    if (grewAbove && !follows) this.log.scrollTop = this.log.scrollHeight - fromEnd;
    else if (follows || mine || b === null) this.toEnd();
    else if (b && lastId(s) !== lastId(b)) toggle(this.jump, true);
  }

  /** shown puts the newest message into sight: the panel has just opened. */
  shown(): void {
    this.toEnd();
    this.scrolled();
  }

  /** follows reports whether the newest message is to be in sight, though the room may have changed since it was put there. */
  private follows(): boolean {
    return this.atEnd() || (this.following && this.log.scrollTop === this.top);
  }

  private atEnd(): boolean {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < nearPx;
  }

  private toEnd(): void {
    this.following = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.top = this.log.scrollTop;
    toggle(this.jump, false);
  }

  private scrolled(): void {
    if (this.log.scrollTop !== this.top) {
      this.top = this.log.scrollTop;
      this.following = this.atEnd();
    }
    if (this.following) toggle(this.jump, false);
    if (this.log.scrollTop < nearPx && this.log.clientHeight > 0) this.actions.loadOlder();
  }
}

function same(a: State, b: State): boolean {
  return a.log === b.log && a.pending === b.pending && a.locals === b.locals && a.typing === b.typing && a.read === b.read &&
    a.delivered === b.delivered && a.online === b.online && a.user === b.user && a.deleted === b.deleted && a.connected === b.connected &&
    a.website === b.website && a.loaded === b.loaded && a.emailGiven === b.emailGiven;
}

function lastId(s: State): string {
  return s.log.messages[s.log.messages.length - 1]?.id ?? "";
}

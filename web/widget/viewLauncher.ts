import { h, replaceChildren, setAttr, setText, toggle } from "../design/dom";
import { avatar } from "../design/avatar";
import { icon, iconChat, iconClose, iconDown } from "../design/icons";
import { fill, type Language } from "./strings";
import type { Peek, State } from "./state";

export interface LauncherActions {
  toggle(): void;
  open(): void;
  dismissPeek(): void;
}

const maxShown = 99;

/** LauncherView is the round button, its badge, and the message that looks out beside it. */
export class LauncherView {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  private readonly badge: HTMLElement;
  private readonly tip: HTMLElement;
  private readonly peek: HTMLElement;
  private peeking: Peek | null = null;

  constructor(private readonly l: Language, private readonly actions: LauncherActions) {
    this.badge = h("span", { class: "badge", "aria-hidden": "true", hidden: true });
    this.tip = h("span", { class: "tip", "aria-hidden": "true" });
    this.button = h("button", { class: "launcher", type: "button", onclick: () => actions.toggle() },
      icon(iconChat, "opens"), icon(iconDown, "closes"), this.badge);
    this.peek = h("div", { class: "peek", hidden: true });
    this.element = h("div", { class: "corner" }, this.peek, this.tip, this.button);
  }

  render(s: State): void {
    const words = this.l.strings;
    const unread = s.open ? 0 : s.unread;
    toggle(this.badge, unread > 0);
    setText(this.badge, unread > maxShown ? `${maxShown}+` : String(unread));
    const label = s.open ? words.close : unread ? `${words.open}, ${fill(words.unread, { count: unread })}` : words.open;
    setAttr(this.button, "aria-label", label);
    setAttr(this.button, "aria-expanded", String(s.open));
    toggle(this.tip, s.settings.tooltip && !s.open && !s.peek && s.loaded);
    setText(this.tip, s.online ? words.open : words.away);
    this.renderPeek(s.open ? null : s.peek);
  }

  private renderPeek(peek: Peek | null): void {
    if (peek === this.peeking) return;
    this.peeking = peek;
    toggle(this.peek, peek !== null);
    replaceChildren(this.peek, ...(peek ? [
      h("button", { class: "peek-open", type: "button", onclick: () => this.actions.open() },
        avatar(peek.by),
        h("span", { class: "peek-words" },
          h("span", { class: "name", dir: "auto" }, peek.by.name),
          h("span", { class: "words", dir: "auto" }, peek.text))),
      h("button", { class: "tool small", type: "button", "aria-label": this.l.strings.dismiss, onclick: () => this.actions.dismissPeek() }, icon(iconClose, "small")),
    ] : []));
  }
}

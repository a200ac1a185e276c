import { h } from "../design/dom";
import { emojiGroups } from "../design/emoji";

const columns = 8;

/** EmojiView is a small grid of emoji; arrows move in it, Escape leaves it. It is built when it is first opened. */
export class EmojiView {
  readonly element: HTMLElement;
  private buttons: HTMLButtonElement[] = [];

  constructor(label: string, private readonly picked: (emoji: string) => void, private readonly left: () => void) {
    this.element = h("div", { class: "emoji", role: "dialog", "aria-label": label, hidden: true, onkeydown: (e) => this.key(e) });
  }

  isOpen(): boolean {
    return !this.element.hidden;
  }

  open(): void {
    if (!this.buttons.length) this.build();
    this.element.hidden = false;
    this.buttons[0]?.focus();
  }

  close(): void {
    this.element.hidden = true;
  }

  private build(): void {
    for (const group of emojiGroups) {
      const grid = h("div", { class: "emoji-grid" });
      for (const emoji of group.split(" ")) {
        const button = h("button", { type: "button", tabindex: this.buttons.length ? -1 : 0, onclick: () => this.picked(emoji) }, emoji);
        this.buttons.push(button);
        grid.append(button);
      }
      this.element.append(grid);
    }
  }

  private key(e: KeyboardEvent): void {
    if (e.key === "Escape") {
      e.stopPropagation();
      this.left();
      return;
    }
    const rtl = getComputedStyle(this.element).direction === "rtl" ? -1 : 1;
    const step = { ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: columns, ArrowUp: -columns }[e.key];
    const at = this.buttons.indexOf(e.target as HTMLButtonElement);
    if (!step || at < 0) return;
    e.preventDefault();
    const next = this.buttons[Math.min(this.buttons.length - 1, Math.max(0, at + step))]!;
    this.buttons[at]!.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  }
}

import { h, setAttr, setText, toggle } from "../design/dom";
import { icon, iconSend, iconSmile } from "../design/icons";
import { EmojiView } from "./viewEmoji";
import { fill, type Language } from "./strings";
import type { State } from "./state";

export interface ComposerActions {
  send(text: string): void;
  draft(text: string, typed: boolean): void;
}

const warnChars = 200;

/** ComposerView is where the visitor writes. It grows with the words up to five lines, without a script that measures. */
export class ComposerView {
  readonly element: HTMLElement;
  readonly input: HTMLTextAreaElement;
  private readonly mirror: HTMLElement;
  private readonly sendButton: HTMLButtonElement;
  private readonly emojiButton: HTMLButtonElement;
  private readonly left: HTMLElement;
  private readonly emoji: EmojiView;
  private limit = 4000;

  constructor(private readonly l: Language, private readonly actions: ComposerActions) {
    const words = l.strings;
    this.input = h("textarea", {
      class: "words", rows: 1, dir: "auto", placeholder: words.compose, "aria-label": words.compose, enterkeyhint: "send", autocomplete: "off",
      oninput: () => this.changed(true),
      onkeydown: (e) => this.key(e),
      onkeypress: (e) => this.key(e), // assistive technology and automation may send the character apart from its key
    });
    this.mirror = h("div", { class: "words mirror", "aria-hidden": "true" });
    this.emojiButton = h("button", { class: "tool", type: "button", "aria-label": words.emoji, "aria-expanded": "false", onclick: () => this.toggleEmoji() }, icon(iconSmile));
    this.sendButton = h("button", { class: "tool send", type: "submit", "aria-label": words.send, disabled: true }, icon(iconSend));
    this.left = h("div", { class: "left", role: "status", hidden: true });
    this.emoji = new EmojiView(words.emoji, (e) => this.insert(e), () => this.toggleEmoji());
    this.element = h("form", { class: "composer", onsubmit: (e) => this.submit(e) },
      this.emoji.element,
      h("div", { class: "grow" }, this.input, this.mirror), this.left,
      h("div", { class: "tools" }, this.emojiButton, this.sendButton));
  }

  render(s: State): void {
    this.limit = s.limits.text_chars;
    if (s.draft !== this.input.value) {
      this.input.value = s.draft;
      this.measure();
    }
  }

  focus(): void {
    this.input.focus({ preventScroll: true });
  }

  private key(e: KeyboardEvent): void {
    // An input method confirms its words with Enter: 229 is what Safari says right after it ended.
    if (e.key !== "Enter" || e.shiftKey || e.isComposing || e.keyCode === 229) return;
    this.submit(e);
  }

  private submit(e: Event): void {
    e.preventDefault();
    const text = this.input.value.trim();
    if (!text || this.count() > this.limit) return;
    this.input.value = "";
    this.emoji.close();
    setAttr(this.emojiButton, "aria-expanded", "false");
    this.changed(false);
    this.actions.send(text);
    this.focus();
  }

  private changed(typed: boolean): void {
    this.measure();
    this.actions.draft(this.input.value, typed);
  }

  private measure(): void {
    // The mirror stands in the same grid cell: the cell, and so the textarea, is as high as the words. The last line break needs something behind it.
    setText(this.mirror, `${this.input.value}\u200b`);
    const rest = this.limit - this.count();
    this.sendButton.disabled = !this.input.value.trim() || rest < 0;
    toggle(this.left, rest < warnChars);
    if (rest < warnChars) setText(this.left, fill(this.l.strings.left, { count: rest }));
    this.left.classList.toggle("over", rest < 0);
  }

  /** count is code points, as the server counts. */
  private count(): number {
    const text = this.input.value;
    return text.length <= this.limit - warnChars ? text.length : Array.from(text).length;
  }

  private toggleEmoji(): void {
    if (this.emoji.isOpen()) {
      this.emoji.close();
      this.focus();
    } else {
      this.emoji.open();
    }
    setAttr(this.emojiButton, "aria-expanded", String(this.emoji.isOpen()));
  }

  private insert(emoji: string): void {
    const { selectionStart, selectionEnd } = this.input;
    this.input.setRangeText(emoji, selectionStart, selectionEnd, "end");
    this.changed(true);
  }
}

// Where an agent writes: a reply to the visitor, or a note that only agents see. Each conversation keeps its own draft of both.

import { h, setAttr, setText, toggle } from "../design/dom";
import { icon, iconNote, iconSend, iconSmile } from "../design/icons";
import type { App, Part } from "./context";
import type { Mode } from "./drafts";
import { openEmoji } from "./emoji";
import { nameOf } from "./names";
import { openSession, type Opened, type State } from "./state";
import { currentSummary } from "./store";
import { Typist } from "./typist";

export interface Composer extends Part {
  /** write puts the caret where the agent can write a reply or a note. */
  write(mode: Mode): void;
}

const tellLeft = 200; // characters: from here on it is worth knowing
const longestLines = 10;

export function createComposer(app: App, onSent: () => void): Composer {
  return new ComposerView(app, onSent);
}

class ComposerView implements Composer {
  readonly root: HTMLElement;
  private readonly field: HTMLTextAreaElement;
  private readonly modes: Readonly<Record<Mode, HTMLButtonElement>>;
  private readonly sendButton: HTMLButtonElement;
  private readonly sendText: HTMLElement;
  private readonly count: HTMLElement;
  private readonly typist: Typist;
  private place: Opened | null = null;
  private name = "";
  private limit = 4000;
  private started = true;

  constructor(private readonly app: App, private readonly onSent: () => void) {
    const t = app.t;
    this.typist = new Typist((x, on) => app.client.typing(x, on));
    const mode = (m: Mode, label: string, key: string): HTMLButtonElement => h("button", {
      type: "button", class: "mode", "aria-pressed": "false", "aria-keyshortcuts": key, onclick: () => this.write(m),
    }, m === "note" ? icon(iconNote, "small") : null, label);
    this.modes = { reply: mode("reply", t.reply, "R"), note: mode("note", t.note, "N") };
    this.field = h("textarea", {
      class: "field", rows: 1, dir: "auto", autocomplete: "off", spellcheck: "true", enterkeyhint: "send", "aria-describedby": "composer-keys",
      // Assistive technology and automation may send the character apart from its key.
      oninput: () => this.typed(), onkeydown: (e) => this.key(e), onkeypress: (e) => this.key(e), onblur: () => this.typist.stop(),
    });
    this.sendText = h("span", null);
    this.sendButton = h("button", { type: "submit", class: "button primary send" }, icon(iconSend, "small"), this.sendText);
    this.count = h("span", { class: "count", role: "status" });
    const emoji = h("button", {
      type: "button", class: "icon-button", "aria-label": t.emoji, "aria-haspopup": "dialog", "aria-expanded": "false",
      onclick: (e) => openEmoji(e.currentTarget as HTMLElement, t.emoji, (text) => this.insert(text)),
    }, icon(iconSmile));
    this.root = h("form", { class: "composer", onsubmit: (e) => { e.preventDefault(); this.send(); } },
      h("div", { class: "modes", role: "group", "aria-label": t.composerMode }, this.modes.reply, this.modes.note),
      this.field,
      h("div", { class: "composer-foot" }, emoji, h("span", { class: "composer-keys", id: "composer-keys" }, t.sendKeys), this.count, this.sendButton));
  }

  update(s: State): void {
    const x = openSession(s);
    toggle(this.root, !!x && x.phase !== "unknown" && x.phase !== "deleted");
    if (!x || !s.open) return;
    const summary = currentSummary(s, s.open);
    this.name = nameOf({ session: x.session, name: x.visitor?.user.nickname ?? summary?.name ?? null }, this.app.t);
    this.limit = s.limits.text_chars;
    this.started = x.log.messages.length > 0;
    if (this.place?.session !== x.session) {
      this.typist.stop();
      this.place = s.open;
      this.load();
    } else this.words();
  }

  write(mode: Mode): void {
    if (!this.place || this.root.hidden) return;
    if (this.app.drafts.get(this.place.session).mode !== mode) {
      this.typist.stop();
      this.app.drafts.set(this.place.session, { mode });
      this.load();
    }
    this.field.focus();
  }

  private mode(): Mode {
    return this.place ? this.app.drafts.get(this.place.session).mode : "reply";
  }

  private load(): void {
    const draft = this.app.drafts.get(this.place!.session);
    this.field.value = draft[draft.mode];
    this.words();
    this.fit();
  }

  /** words makes everything say what sending would do. */
  private words(): void {
    const t = this.app.t;
    const note = this.mode() === "note";
    this.root.classList.toggle("note", note);
    for (const m of ["reply", "note"] as const) setAttr(this.modes[m], "aria-pressed", String(this.mode() === m));
    const label = note ? t.noteFor : this.started ? t.replyTo(this.name) : t.replyFirst;
    setAttr(this.field, "placeholder", label);
    setAttr(this.field, "aria-label", label);
    setText(this.sendText, note ? t.addNote : t.send);
    const left = this.limit - [...this.field.value.trim()].length;
    setText(this.count, left <= tellLeft ? t.charsLeft(left) : "");
    this.count.classList.toggle("over", left < 0);
    this.sendButton.disabled = left < 0 || this.field.value.trim() === "";
  }

  private typed(): void {
    if (!this.place) return;
    const mode = this.mode();
    this.app.drafts.set(this.place.session, { [mode]: this.field.value });
    if (mode === "reply") this.typist.typed(this.place, this.field.value);
    this.words();
    this.fit();
  }

  private key(e: KeyboardEvent): void {
    // While an input method composes, Enter chooses a word. Safari says so by the code only.
    if (e.key !== "Enter" || e.shiftKey || e.altKey || e.isComposing || e.keyCode === 229) return;
    // A keyboard on the glass has no Shift+Enter: there Enter breaks the line and the button sends.
    if (!e.ctrlKey && !e.metaKey && window.matchMedia("(hover: none) and (pointer: coarse)").matches) return;
    e.preventDefault();
    this.send();
  }

  private send(): void {
    const text = this.field.value.trim();
    const x = this.place;
    if (!x || text === "" || [...text].length > this.limit) return;
    const mode = this.mode();
    this.typist.stop(true);
    if (mode === "note") this.app.client.note(x, text);
    else this.app.client.say(x, text);
    this.app.drafts.set(x.session, { [mode]: "", mode: "reply" });
    this.load();
    this.field.focus();
    this.onSent();
  }

  private insert(text: string): void {
    this.field.focus();
    this.field.setRangeText(text, this.field.selectionStart, this.field.selectionEnd, "end");
    this.typed();
  }

  /** fit lets the field grow with its text, up to ten lines. */
  private fit(): void {
    this.field.style.height = "auto";
    const line = parseFloat(getComputedStyle(this.field).lineHeight) || 22;
    this.field.style.height = `${Math.min(this.field.scrollHeight, line * longestLines + 24)}px`;
  }
}

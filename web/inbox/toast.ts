// Short words about what just happened, with the way back for as long as there is one.

import { h } from "../design/dom";
import { icon, iconClose, iconWarning } from "../design/icons";
import { realClock, type Clock } from "../protocol/clock";
import type { Strings } from "./strings";

export interface Toast {
  text: string;
  bad?: boolean;
  /** What takes it back. With it the toast stays ten seconds, without it four. */
  undo?(): void;
  /** A newer toast of the same key takes this one's place. */
  key?: string;
}

const undoMs = 10_000;
const plainMs = 4_000;

interface Shown {
  toast: Toast;
  root: HTMLElement;
  left: number;
  since: number;
  /** Null while it is paused. */
  cancel: (() => void) | null;
}

export class Toaster {
  readonly root: HTMLElement;
  private shown: Shown[] = [];

  constructor(private readonly t: Strings, private readonly clock: Clock = realClock) {
    this.root = h("div", { class: "toasts", role: "status", "aria-live": "polite" });
  }

  show(toast: Toast): void {
    for (const old of this.shown.filter((s) => s.toast.key !== undefined && s.toast.key === toast.key)) this.hide(old);
    const shown: Shown = { toast, root: this.draw(toast, () => this.hide(shown)), left: toast.undo ? undoMs : plainMs, since: 0, cancel: null };
    this.shown.push(shown);
    this.root.append(shown.root);
    this.run(shown);
    shown.root.addEventListener("pointerenter", () => this.pause(shown));
    shown.root.addEventListener("pointerleave", () => this.run(shown));
    shown.root.addEventListener("focusin", () => this.pause(shown));
    shown.root.addEventListener("focusout", () => this.run(shown));
  }

  /** undoLast takes back what was done last, if it still can be; false when there is nothing. */
  undoLast(): boolean {
    const last = [...this.shown].reverse().find((s) => s.toast.undo);
    if (!last) return false;
    this.hide(last);
    last.toast.undo!();
    return true;
  }

  clear(): void {
    for (const s of [...this.shown]) this.hide(s);
  }

  private draw(toast: Toast, hide: () => void): HTMLElement {
    const undo = toast.undo && h("button", { class: "toast-undo", type: "button", onclick: () => { hide(); toast.undo!(); } }, this.t.undo, h("kbd", { "aria-hidden": "true" }, "Z"));
    return h("div", { class: toast.bad ? "toast bad" : "toast" },
      toast.bad ? icon(iconWarning) : null,
      h("span", { class: "toast-text words", dir: "auto" }, toast.text),
      undo ?? null,
      h("button", { class: "icon-button", type: "button", "aria-label": this.t.close, onclick: hide }, icon(iconClose, "small")),
    );
  }

  private run(s: Shown): void {
    s.cancel?.();
    s.since = this.clock.now();
    s.cancel = this.clock.after(s.left, () => this.hide(s));
    s.root.classList.remove("paused");
  }

  private pause(s: Shown): void {
    if (!s.cancel) return;
    s.cancel();
    s.cancel = null;
    s.left = Math.max(1_000, s.left - (this.clock.now() - s.since));
    s.root.classList.add("paused");
  }

  private hide(s: Shown): void {
    s.cancel?.();
    this.shown = this.shown.filter((other) => other !== s);
    s.root.remove();
  }
}

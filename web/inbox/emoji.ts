// The small emoji picker: a grid that arrow keys walk through.

import { h } from "../design/dom";
import { emojiGroups } from "../design/emoji";
import { openPopover } from "./popover";

const columns = 9;

export function openEmoji(anchor: HTMLElement, label: string, pick: (emoji: string) => void): void {
  const groups = emojiGroups.map((group) => h("div", { class: "emoji-grid", role: "group" }, ...group.split(" ").map((emoji) =>
    h("button", { type: "button", class: "emoji", tabindex: -1, onclick: () => { popover?.close(); pick(emoji); } }, emoji))));
  const root = h("div", { class: "emoji-picker", role: "dialog", "aria-label": label }, ...groups);
  const buttons = [...root.querySelectorAll("button")];
  root.addEventListener("keydown", (e) => walk(e, buttons));
  const popover = openPopover(anchor, root, "emoji-popover");
  if (popover) buttons[0]?.focus();
}

function walk(e: KeyboardEvent, buttons: readonly HTMLElement[]): void {
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const backward = document.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  const step = { [forward]: 1, [backward]: -1, ArrowDown: columns, ArrowUp: -columns }[e.key];
  if (step === undefined || at < 0) return;
  e.preventDefault();
  buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus();
}

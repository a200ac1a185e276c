// A menu of choices: arrow keys, Home, End, first letters, Enter, Escape.

import { h } from "../design/dom";
import { icon, iconCheck } from "../design/icons";
import { openPopover } from "./popover";

export interface MenuItem {
  readonly label: string;
  /** A second, quieter line or word. */
  readonly hint?: string;
  readonly before?: HTMLElement | SVGElement;
  /** For choices: whether this is the present one. */
  readonly checked?: boolean;
  readonly danger?: boolean;
  /** Begins a new part of the menu. */
  readonly part?: boolean;
  run(): void;
}

/** openMenu shows the items at the anchor and moves the focus into them. */
export function openMenu(anchor: HTMLElement, label: string, items: readonly MenuItem[]): void {
  const buttons = items.map((item) => drawItem(item, () => {
    popover?.close();
    item.run();
  }));
  const list = h("div", { role: "menu", "aria-label": label, class: "menu" }, ...buttons);
  list.addEventListener("keydown", (e) => move(e, buttons));
  const popover = openPopover(anchor, list, "menu-popover");
  if (popover) (buttons[items.findIndex((i) => i.checked)] ?? buttons[0])?.focus();
}

function drawItem(item: MenuItem, run: () => void): HTMLElement {
  const choice = item.checked !== undefined;
  return h("button", {
    type: "button",
    class: `menu-item${item.danger ? " danger" : ""}${item.part ? " part" : ""}`,
    role: choice ? "menuitemradio" : "menuitem",
    "aria-checked": choice ? String(item.checked) : null,
    tabindex: -1,
    onclick: run,
  },
  item.before ?? null,
  h("span", { class: "menu-label name", dir: "auto" }, item.label),
  item.hint ? h("span", { class: "menu-hint" }, item.hint) : null,
  item.checked ? icon(iconCheck, "small") : null);
}

function move(e: KeyboardEvent, buttons: readonly HTMLElement[]): void {
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const step = { ArrowDown: 1, ArrowUp: -1, Home: -at, End: buttons.length - 1 - at }[e.key];
  if (step !== undefined) {
    e.preventDefault();
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  } else if (e.key === "Tab") {
    e.preventDefault();
  } else if (e.key.length === 1 && !e.ctrlKey && !e.metaKey && !e.altKey) {
    e.preventDefault();
    const letter = e.key.toLocaleLowerCase();
    const order = [...buttons.slice(at + 1), ...buttons.slice(0, at + 1)];
    order.find((b) => b.querySelector(".menu-label")!.textContent!.toLocaleLowerCase().startsWith(letter))?.focus();
  }
}

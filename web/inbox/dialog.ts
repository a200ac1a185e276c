// Dialogs on the browser's own <dialog>: it keeps the focus inside, takes Escape, and makes the rest inert.

import { h } from "../design/dom";
import { closePopover } from "./popover";

export interface Dialog {
  readonly root: HTMLDialogElement;
  close(): void;
}

/** openDialog shows content until it is closed: by Escape, by a click beside it, or by close. Then the focus goes back. */
export function openDialog(label: string, className: string, content: readonly (Node | null)[], onClose?: () => void): Dialog {
  closePopover();
  const before = document.activeElement;
  const root = h("dialog", { class: `dialog ${className}`, "aria-label": label }, h("div", { class: "dialog-inside" }, ...content));
  root.addEventListener("close", () => {
    root.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus();
    onClose?.();
  });
  root.addEventListener("pointerdown", (e) => {
    if (e.target === root) root.close(); // the backdrop; what is inside has its own element
  });
  document.body.append(root);
  root.showModal();
  return { root, close: () => root.close() };
}

/** dialogOpen reports whether a dialog has the keyboard. */
export function dialogOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

// Something small that opens beside the control that opened it, and goes away by Escape, by a click elsewhere, or when it is done.

import { h, setAttr } from "../design/dom";

export interface Popover {
  readonly root: HTMLElement;
  /** close puts the focus back on the anchor unless something else took it. */
  close(): void;
}

const gap = 6;
let open: Popover | null = null;

/** closePopover closes the one that is open; false when none was. */
export function closePopover(): boolean {
  const was = open !== null;
  open?.close();
  return was;
}

/** openPopover shows content at the anchor; a second call on the same anchor closes it and returns null. */
export function openPopover(anchor: HTMLElement, content: HTMLElement, className: string): Popover | null {
  const again = anchor.getAttribute("aria-expanded") === "true";
  closePopover();
  if (again) return null;
  const root = h("div", { class: `popover ${className}` }, content);
  const close = (): void => {
    if (open?.root !== root) return;
    open = null;
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    const focused = root.contains(document.activeElement) || document.activeElement === document.body;
    root.remove();
    setAttr(anchor, "aria-expanded", "false");
    if (focused) anchor.focus();
  };
  const outside = (e: PointerEvent): void => {
    const target = e.target as Node;
    if (!root.contains(target) && !anchor.contains(target)) close();
  };
  root.addEventListener("keydown", (e) => {
    if (e.key !== "Escape") return;
    e.stopPropagation();
    close();
  });
  root.addEventListener("focusout", (e) => {
    if (e.relatedTarget instanceof Node && !root.contains(e.relatedTarget) && e.relatedTarget !== anchor) close();
  });
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  setAttr(anchor, "aria-expanded", "true");
  document.body.append(root);
  place(root, anchor);
  open = { root, close };
  return open;
}

/** place puts the popover below the anchor, above where there is more room, aligned to the side with more room. */
function place(root: HTMLElement, anchor: HTMLElement): void {
  const a = anchor.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = root;
  const below = window.innerHeight - a.bottom - gap >= height || a.top < window.innerHeight - a.bottom;
  const top = below ? Math.min(a.bottom + gap, window.innerHeight - height - gap) : a.top - gap - height;
  const centre = (a.left + a.right) / 2;
  const left = centre < window.innerWidth / 2 ? a.left : a.right - width;
  root.style.top = `${Math.max(gap, top)}px`;
  root.style.left = `${Math.max(gap, Math.min(left, window.innerWidth - width - gap))}px`;
  root.classList.toggle("above", !below);
}

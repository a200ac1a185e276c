import { h } from "../design/dom";

/** emptyState says why there is nothing, and what to do about it. */
export function emptyState(title: string, text: string, ...more: (Node | null)[]): HTMLElement {
  return h("div", { class: "empty" }, h("h3", { class: "empty-title" }, title), text ? h("p", { class: "empty-text" }, text) : null, ...more);
}

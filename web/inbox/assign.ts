import { avatar } from "../design/avatar";
import { h } from "../design/dom";
import type { App } from "./context";
import { openMenu, type MenuItem } from "./menu";
import type { Opened } from "./state";
import { currentSummary } from "./store";

/** openAssign offers who can answer: oneself, the others by name, nobody. */
export function openAssign(app: App, anchor: HTMLElement, x: Opened): void {
  openMenu(anchor, app.t.assign, assignees(app, x));
}

/** assignees are the choices of whom to give a conversation to. */
export function assignees(app: App, x: Opened): MenuItem[] {
  const s = app.store.get();
  const present = currentSummary(s, x)?.assigned ?? null;
  const agents = [...(s.sites[x.website]?.agents ?? [])].sort((a, b) =>
    Number(b.id === s.me?.id) - Number(a.id === s.me?.id) || Number(b.online ?? false) - Number(a.online ?? false) || a.name.localeCompare(b.name));
  const items = agents.map((a): MenuItem => ({
    label: a.name,
    hint: a.id === s.me?.id ? app.t.you : a.online ? app.t.online : undefined,
    before: h("span", { class: "face" }, avatar(a, "small"), a.online ? h("span", { class: "dot online", "aria-hidden": "true" }) : null),
    checked: a.id === present,
    run: () => app.deeds.assign(x, a.id, a.name),
  }));
  const nobody: MenuItem = { label: app.t.nobody, checked: present === null, part: true, run: () => app.deeds.assign(x, null, "") };
  return [...items, nobody];
}

// One conversation in the list: state, name, time, last words, how much is unread, whose it is.

import { avatar } from "../design/avatar";
import { h, replaceChildren, setAttr } from "../design/dom";
import { formatShort } from "../design/format";
import { icon, iconBlock, iconCheck, iconNote, iconUndo } from "../design/icons";
import type { Summary } from "../protocol/frames";
import type { App } from "./context";
import { visitorFace } from "./face";
import { nameOf } from "./names";
import { formatPlace } from "./router";
import type { State } from "./state";
import { agentOf } from "./store";

/** rowHeight is what list.css gives a row. */
export const rowHeight = 72;

export function drawRow(app: App, website: string, c: Summary): HTMLElement {
  const open = { website, session: c.session };
  const link = h("a", {
    class: "row",
    href: formatPlace({ view: "conversations", website, open }),
    onclick: (e) => {
      if (e.ctrlKey || e.metaKey || e.shiftKey) return; // a new tab or window
      e.preventDefault();
      app.show("conversations", open);
      // With the keyboard one goes on through the list; with a pointer one has chosen and wants to write.
      if (e.detail > 0) link.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
    },
  });
  return h("li", { class: "row-line" }, link);
}

const drawn = new WeakMap<Element, string>();

export function updateRow(app: App, line: HTMLElement, c: Summary, s: State): void {
  const link = line.firstElementChild as HTMLElement;
  setAttr(link, "aria-current", s.open?.session === c.session ? "true" : null);
  const assignee = agentOf(s, s.website, c.assigned);
  const typing = s.sessions[c.session]?.typing.some((x) => x.id === "") ?? false;
  const draft = s.open?.session !== c.session && app.drafts.has(c.session);
  const today = new Date().toDateString();
  const told = JSON.stringify([{ ...c, version: 0 }, assignee?.name, assignee?.avatar, typing, draft, today]);
  if (drawn.get(line) === told) return;
  drawn.set(line, told);
  link.className = c.unread > 0 ? "row unread" : "row";
  replaceChildren(link, face(app, c), h("span", { class: "row-body" }, first(app, c), second(app, c, assignee, typing, draft)));
}

function face(app: App, c: Summary): HTMLElement {
  return h("span", { class: "face" }, visitorFace(c.session, c.name, "large"),
    c.online ? h("span", { class: "dot online" }, h("span", { class: "hidden-text" }, app.t.online)) : null);
}

function first(app: App, c: Summary): HTMLElement {
  const at = c.last?.at ?? c.active_at;
  return h("span", { class: "row-first" },
    c.state !== "unresolved" ? h("span", { class: `state state-${c.state}`, title: app.t.stateOf[c.state] },
      c.state === "resolved" ? icon(iconCheck, "small") : null, h("span", { class: "hidden-text" }, app.t.stateOf[c.state])) : null,
    h("span", { class: "row-name name", dir: "auto" }, nameOf(c, app.t)),
    c.blocked ? h("span", { class: "row-blocked", title: app.t.blocked }, icon(iconBlock, "small"), h("span", { class: "hidden-text" }, app.t.blocked)) : null,
    h("time", { class: "row-time" }, formatShort(at, app.locale, Date.now())));
}

function second(app: App, c: Summary, assignee: { id: string; name: string; avatar?: string } | undefined, typing: boolean, draft: boolean): HTMLElement {
  const answered = c.last?.from === "agent";
  const words = typing ? h("span", { class: "row-words typing" }, app.t.typing)
    : h("span", { class: "row-words name", dir: "auto" }, c.last?.text ?? "");
  return h("span", { class: "row-second" },
    draft ? h("span", { class: "row-draft" }, icon(iconNote, "small")) : null,
    answered && !typing ? h("span", { class: "row-answered" }, icon(iconUndo, "small"), h("span", { class: "hidden-text" }, app.t.answered)) : null,
    words,
    assignee ? h("span", { class: "row-assignee", title: app.t.assignTo(assignee.name) }, avatar(assignee, "small"), h("span", { class: "hidden-text" }, app.t.assignTo(assignee.name))) : null,
    c.unread > 0 ? h("span", { class: "count-badge" }, c.unread > 99 ? "99+" : String(c.unread), h("span", { class: "hidden-text" }, ` ${app.t.unread(c.unread)}`)) : null);
}

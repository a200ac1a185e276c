// The open conversation: who it is, what can be done with it, its log, who types, and where to write.

import { avatar } from "../design/avatar";
import { h, replaceChildren, setAttr, setText, toggle } from "../design/dom";
import { formatAgo } from "../design/format";
import { icon, iconBlock, iconCheck, iconDown, iconInfo, iconLeft, iconPersonAdd, iconRetry } from "../design/icons";
import type { Summary } from "../protocol/frames";
import { openAssign } from "./assign";
import { createComposer, type Composer } from "./composer";
import type { App, Part } from "./context";
import { emptyState } from "./empty";
import { visitorFace } from "./face";
import { createLog, type LogPart } from "./log";
import { nameOf } from "./names";
import type { Session } from "./session";
import { openSession, type State } from "./state";
import { agentOf, currentSummary } from "./store";

export interface Conversation extends Part {
  readonly composer: Composer;
  assign(): void;
  /** seen sends the read mark when the agent really looks at the end of the log. */
  seen(): void;
}

export function createConversation(app: App, o: { back(): void; details(): void }): Conversation {
  return new ConversationView(app, o);
}

class ConversationView implements Conversation {
  readonly root: HTMLElement;
  readonly composer: Composer;
  private readonly log: LogPart;
  private readonly title: HTMLElement;
  private readonly face: HTMLElement;
  private readonly subtitle: HTMLElement;
  private readonly assignButton: HTMLButtonElement;
  private readonly resolveButton: HTMLButtonElement;
  private readonly typing: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly skeleton: HTMLElement;
  private drawnHead = "";
  private drawnTyping: unknown = null;
  private drawnEmpty = "";

  constructor(private readonly app: App, private readonly o: { back(): void; details(): void }) {
    const t = app.t;
    this.log = createLog(app, () => this.seen());
    this.composer = createComposer(app, () => this.log.toEnd());
    this.title = h("h2", { class: "conversation-name name", dir: "auto", tabindex: -1 });
    this.face = h("span", { class: "face" });
    this.subtitle = h("p", { class: "conversation-sub" });
    this.assignButton = h("button", { type: "button", class: "button quiet assign", "aria-haspopup": "menu", "aria-expanded": "false", "aria-keyshortcuts": "A", onclick: () => this.assign() });
    this.resolveButton = h("button", { type: "button", class: "button resolve", "aria-keyshortcuts": "E", onclick: () => this.resolve() });
    const details = h("button", { type: "button", class: "icon-button details-button", "aria-label": t.details, title: t.details, onclick: () => o.details() }, icon(iconInfo));
    const back = h("button", { type: "button", class: "icon-button back", "aria-label": t.back, onclick: () => o.back() }, icon(iconLeft));
    const head = h("header", { class: "conversation-head" }, back, this.face,
      h("div", { class: "conversation-title" }, this.title, this.subtitle),
      h("div", { class: "conversation-deeds" }, this.assignButton, this.resolveButton, details));
    this.typing = h("div", { class: "typing-line" });
    this.empty = h("div", { class: "conversation-empty", hidden: true });
    this.skeleton = h("div", { class: "log-skeleton", role: "status", "aria-label": t.loading }, ...["", "wide", "own", "wide", "wide own"].map((c) => h("span", { class: `skeleton older-line ${c}` })));
    this.root = h("section", { class: "conversation", "aria-label": t.conversations }, head,
      h("div", { class: "conversation-body" }, this.log.root, this.skeleton, this.empty), this.typing, this.composer.root);
  }

  update(s: State): void {
    const x = openSession(s);
    toggle(this.root, s.open !== null);
    if (!s.open || !x) return;
    this.head(s, x);
    this.log.update(s);
    this.composer.update(s);
    this.types(x);
    this.state(x);
  }

  assign(): void {
    const open = this.app.store.get().open;
    if (open) openAssign(this.app, this.assignButton, open);
  }

  seen(): void {
    const s = this.app.store.get();
    const looks = document.visibilityState === "visible" && document.hasFocus() && s.phase === "ready";
    if (s.open && looks && this.log.atEnd() && this.root.offsetParent !== null) this.app.client.read(s.open.session);
  }

  private resolve(): void {
    const open = this.app.store.get().open;
    if (open) this.app.deeds.toggleResolved(open);
  }

  private head(s: State, x: Session): void {
    const summary = currentSummary(s, s.open!);
    const name = nameOf({ session: x.session, name: x.visitor?.user.nickname ?? summary?.name ?? null }, this.app.t);
    const online = x.visitor?.online ?? summary?.online ?? false;
    const assignee = agentOf(s, x.website, summary?.assigned);
    const seen = online || !x.visitor?.seen_at ? "" : this.app.t.lastSeen(formatAgo(x.visitor.seen_at, this.app.locale, Date.now()));
    const told = JSON.stringify([x.session, name, online, summary?.state, summary?.blocked, summary?.assigned, assignee?.name, x.visitor?.page, x.visitor?.user.email, seen]);
    if (told === this.drawnHead) return;
    this.drawnHead = told;
    setText(this.title, name);
    replaceChildren(this.face, visitorFace(x.session, x.visitor?.user.nickname ?? summary?.name), online ? h("span", { class: "dot online" }) : null);
    replaceChildren(this.subtitle, ...this.about(x, summary, online, seen));
    const who = assignee?.name ?? this.app.t.assign;
    replaceChildren(this.assignButton, assignee ? avatar(assignee, "small") : icon(iconPersonAdd), h("span", { class: "button-text name", dir: "auto" }, who), icon(iconDown, "small"));
    setAttr(this.assignButton, "aria-label", assignee ? this.app.t.assignTo(assignee.name) : this.app.t.assign);
    const resolved = summary?.state === "resolved";
    toggle(this.resolveButton, !!summary?.last);
    replaceChildren(this.resolveButton, icon(resolved ? iconRetry : iconCheck, "small"), h("span", { class: "button-text" }, resolved ? this.app.t.reopen : this.app.t.resolve));
    setAttr(this.resolveButton, "aria-label", resolved ? this.app.t.reopen : this.app.t.resolve);
  }

  private about(x: Session, summary: Summary | undefined, online: boolean, seen: string): (Node | null)[] {
    const page = x.visitor?.page;
    return [
      summary?.blocked ? h("span", { class: "badge danger" }, icon(iconBlock, "small"), this.app.t.blocked) : null,
      summary && summary.state !== "unresolved" && summary.last ? h("span", { class: `badge ${summary.state}` }, this.app.t.stateOf[summary.state]) : null,
      h("span", { class: "name", dir: "auto" }, online && page ? page.title || page.url : online ? this.app.t.onlineNow : [x.visitor?.user.email, seen].filter(Boolean).join(" · ")),
    ];
  }

  private types(x: Session): void {
    if (x.typing === this.drawnTyping) return;
    this.drawnTyping = x.typing;
    const who = x.typing[0];
    if (!who) {
      replaceChildren(this.typing);
      return;
    }
    const name = who.id === "" ? this.title.textContent! : who.name;
    const words = who.id !== "" ? this.app.t.agentTypes(name) : who.text ? this.app.t.visitorTypesText(name) : this.app.t.visitorTypes(name);
    replaceChildren(this.typing,
      h("span", { class: "typing-dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      h("span", { class: "typing-who name", dir: "auto" }, words),
      who.text ? h("span", { class: "typing-text", dir: "auto" }, h("span", null, who.text)) : null);
  }

  /** state shows what stands in place of a log: nothing yet, nothing any more. */
  private state(x: Session): void {
    const t = this.app.t;
    const waits = (x.phase === "opening" || x.phase === "away") && x.log.messages.length + x.log.notes.length === 0;
    const arriving = x.phase === "live" && x.target > 0 && x.log.messages.length === 0;
    toggle(this.skeleton, waits || arriving);
    const kind = x.phase === "unknown" || x.phase === "deleted" ? x.phase
      : x.phase === "live" && x.target === 0 && x.log.messages.length === 0 && !this.app.store.get().outgoing.some((o) => o.frame.session === x.session) ? "silent" : "";
    toggle(this.empty, kind !== "");
    toggle(this.log.root, kind === "" || (kind === "silent" && x.log.notes.length > 0));
    setAttr(this.root, "data-state", kind || null);
    if (kind === this.drawnEmpty) return;
    this.drawnEmpty = kind;
    const close = h("button", { type: "button", class: "button", onclick: () => this.o.back() }, t.closeConversation);
    if (kind === "unknown") replaceChildren(this.empty, emptyState(t.unknownTitle, t.unknownText, close));
    else if (kind === "deleted") replaceChildren(this.empty, emptyState(t.deletedTitle, t.deletedText, close));
    else if (kind === "silent") replaceChildren(this.empty, emptyState(t.noMessages, t.noMessagesText));
  }
}

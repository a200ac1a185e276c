// The log of the open conversation on the page: keeps to the newest, loads what is older without a jump, says what is new below.

import { avatar } from "../design/avatar";
import { h, reconcile, replaceChildren, setText, toggle } from "../design/dom";
import { formatDay, formatFull, formatTime } from "../design/format";
import { icon, iconArrowDown, iconCheck, iconChecks, iconClock, iconNote } from "../design/icons";
import { drawBubble, updateBubble } from "./bubbles";
import type { App, Part } from "./context";
import { drawEvent } from "./events";
import { visitorFace } from "./face";
import { nameOf } from "./names";
import { rowsOf, type Group, type Row } from "./rows";
import type { Session } from "./session";
import { openSession, type State } from "./state";

const nearBottom = 48;
const nearTop = 320;

/** LogPart also tells when its end is seen, for read marks. */
export interface LogPart extends Part {
  atEnd(): boolean;
  toEnd(): void;
}

export function createLog(app: App, onEnd: () => void): LogPart {
  return new LogView(app, onEnd);
}

class LogView implements LogPart {
  readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly list: HTMLElement;
  private readonly older: HTMLElement;
  private readonly jump: HTMLButtonElement;
  private readonly jumpText: HTMLElement;
  private session = "";
  private stick = true;
  private settled = false;
  private drawn: readonly unknown[] = [];
  private below = 0;
  private seen = 0;
  private first = 0;
  private answered = "";

  constructor(private readonly app: App, private readonly onEnd: () => void) {
    this.older = h("div", { class: "older", "aria-hidden": "true" }, ...["wide", "", "own", "wide own"].map((c) => h("span", { class: `skeleton older-line ${c}` })));
    this.list = h("div", { class: "log-rows" });
    this.scroller = h("div", { class: "log", role: "log", "aria-label": app.t.log, tabindex: 0, onscroll: () => this.scrolled() }, this.older, this.list);
    this.jumpText = h("span", null);
    this.jump = h("button", { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd() }, icon(iconArrowDown, "small"), this.jumpText);
    this.root = h("div", { class: "log-frame" }, this.scroller, this.jump);
    new ResizeObserver(() => {
      if (this.stick) this.scroller.scrollTop = this.scroller.scrollHeight;
    }).observe(this.scroller);
  }

  atEnd(): boolean {
    return this.settled && this.stick;
  }

  toEnd(): void {
    this.stick = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.below = 0;
    this.showJump();
    this.onEnd();
  }

  update(s: State): void {
    const x = openSession(s);
    if (!x) return;
    if (x.session !== this.session) this.change(x);
    const inputs = [x.log, x.read, x.delivered, x.loadingOlder, x.unreadFrom, s.outgoing, s.connection.state, s.me, s.sites[x.website]?.agents];
    if (inputs.every((v, i) => v === this.drawn[i])) return;
    this.drawn = inputs;
    this.draw(s, x);
  }

  private change(x: Session): void {
    this.session = x.session;
    this.stick = true;
    this.settled = false;
    this.drawn = [];
    this.below = this.seen = this.first = 0;
    replaceChildren(this.list);
  }

  private draw(s: State, x: Session): void {
    const height = this.scroller.scrollHeight;
    const top = this.scroller.scrollTop;
    const newest = x.log.messages[x.log.messages.length - 1]?.seq ?? 0;
    const oldest = x.log.messages[0]?.seq ?? 0;
    const grewUp = this.first > 0 && oldest < this.first;
    // Only what comes at the end is read out, not a page of the past.
    this.scroller.setAttribute("aria-live", this.settled && !grewUp ? "polite" : "off");
    toggle(this.older, x.log.more);
    this.answered = [...x.log.messages].reverse().find((m) => m.from === "agent")?.id ?? "";
    const rows = rowsOf(x, s.outgoing, s.me?.id ?? "");
    reconcile(this.list, rows, (r) => r.key, (r) => this.create(r, s, x), (el, r) => this.refresh(el, r, s, x));
    if (this.settled && newest > this.seen && !this.stick) this.below += x.log.messages.filter((m) => m.seq > this.seen && m.from === "visitor").length;
    this.seen = newest;
    this.first = oldest;
    if (grewUp) this.scroller.scrollTop = top + this.scroller.scrollHeight - height;
    else if (!this.settled) this.settle(x);
    else if (this.stick) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.showJump();
    if (this.atEnd()) this.onEnd();
  }

  /** settle finds the first place to look at: what is unread, when it does not fit, else the end. */
  private settle(x: Session): void {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    const line = this.list.querySelector<HTMLElement>(".row-new");
    if (line && line.offsetTop < this.scroller.scrollTop) {
      this.scroller.scrollTop = line.offsetTop - 16;
      this.stick = this.isAtEnd();
    }
    this.settled = x.phase === "live" && (x.log.messages.length > 0 || x.target === 0);
  }

  private scrolled(): void {
    const was = this.stick;
    this.stick = this.isAtEnd();
    if (this.stick) this.below = 0;
    if (this.stick && !was) this.onEnd();
    this.showJump();
    if (this.settled && this.scroller.scrollTop < nearTop) void this.app.client.older(this.session);
  }

  private isAtEnd(): boolean {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < nearBottom;
  }

  private showJump(): void {
    toggle(this.jump, !this.stick);
    setText(this.jumpText, this.below > 0 ? this.app.t.newBelow(this.below) : this.app.t.toNewest);
    this.jump.classList.toggle("has-new", this.below > 0);
  }

  private create(row: Row, s: State, x: Session): HTMLElement {
    switch (row.kind) {
      case "day": return h("div", { class: "row-day" }, h("time", null, formatDay(row.at, this.app.locale, Date.now())));
      case "new": return h("div", { class: "row-new" }, h("span", null, this.app.t.newLine));
      case "start": return h("div", { class: "row-start" }, this.app.t.logStart);
      case "event": return drawEvent(this.app, row.event, s);
      case "group": return this.createGroup(row, s, x);
    }
  }

  private createGroup(g: Group, s: State, x: Session): HTMLElement {
    const visitor = g.whose === "visitor";
    const name = visitor ? nameOf({ session: x.session, name: x.visitor?.user.nickname ?? x.summary?.name ?? null }, this.app.t) : (g.by?.name ?? "");
    const face = visitor ? visitorFace(x.session, x.visitor?.user.nickname ?? x.summary?.name, "small") : g.whose === "me" || !g.by ? null : avatar(g.by, "small");
    const root = h("div", { class: `row-group ${g.whose}${g.note ? " note" : ""}` },
      g.note ? h("div", { class: "note-label" }, icon(iconNote, "small"), h("span", null, this.app.t.noteBy(g.whose === "me" ? this.app.t.you : name))) : null,
      h("div", { class: "group-body" }, face, h("ol", { class: "bubbles", "aria-label": g.whose === "me" ? this.app.t.you : name || this.app.t.automatic })),
      h("div", { class: "meta" }));
    this.refresh(root, g, s, x);
    return root;
  }

  private refresh(root: HTMLElement, row: Row, s: State, x: Session): void {
    if (row.kind !== "group") return;
    reconcile(root.querySelector(".bubbles")!, row.items, (i) => i.key, (i) => drawBubble(this.app, i), (el, i) => updateBubble(this.app, el, i));
    const meta = root.querySelector<HTMLElement>(".meta")!;
    const stage = this.stageOf(row, x, s);
    const newest = row.items.some((i) => i.kind === "outgoing" || i.key === this.answered);
    const told = `${stage} ${row.at} ${newest}`;
    if (meta.dataset.told === told) return;
    meta.dataset.told = told;
    replaceChildren(meta, ...this.meta(row, stage, newest));
  }

  private stageOf(g: Group, x: Session, s: State): Stage {
    if (g.whose === "visitor") return "";
    const going = g.items.flatMap((i) => (i.kind === "outgoing" ? [i.outgoing.state] : []));
    if (going.some((state) => state !== "failed")) return s.connection.state === "open" ? "sending" : "waiting";
    if (going.length > 0) return "failed";
    if (g.note) return "";
    const seq = Math.max(0, ...g.items.map((i) => (i.kind === "message" ? i.message.seq : 0)));
    return seq <= x.read.visitor ? "read" : seq <= x.delivered.visitor ? "delivered" : "sent";
  }

  /** meta is the line below a group. How far a message came is told in words for the newest, by a sign for the others. */
  private meta(g: Group, stage: Stage, words: boolean): (Node | null)[] {
    const t = this.app.t;
    const time = h("time", { title: formatFull(g.at, this.app.locale) }, formatTime(g.at, this.app.locale));
    const who = g.whose === "agent" && !g.note ? h("span", { class: "name", dir: "auto" }, g.by?.name ?? "") : g.whose === "auto" ? h("span", null, t.automatic) : null;
    const marks: Readonly<Record<Stage, [string, string] | null>> = {
      "": null, failed: null, sending: [iconClock, t.sending], waiting: [iconClock, t.waitsToSend],
      sent: [iconCheck, t.sent], delivered: [iconChecks, t.delivered], read: [iconChecks, t.read],
    };
    const mark = marks[stage];
    return [who, time, mark ? h("span", { class: `mark mark-${stage}`, title: mark[1] }, icon(mark[0], "small"), h("span", { class: words ? null : "hidden-text" }, mark[1])) : null];
  }
}

type Stage = "" | "sending" | "waiting" | "failed" | "sent" | "delivered" | "read";

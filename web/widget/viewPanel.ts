import { h, replaceChildren, setAttr, setText, toggle } from "../design/dom";
import { avatar } from "../design/avatar";
import { icon, iconClose, iconInfo, iconOffline } from "../design/icons";
import { ComposerView, type ComposerActions } from "./viewComposer";
import { LogView, type LogActions } from "./viewLog";
import { fill, type Language } from "./strings";
import type { State } from "./state";

export interface PanelActions extends ComposerActions, LogActions {
  close(): void;
}

const faces = 3;

/** PanelView is the open chat: who answers, what was said, where to write. It is built when it first opens. */
export class PanelView {
  readonly element: HTMLElement;
  readonly composer: ComposerView;
  private readonly log: LogView;
  private readonly title: HTMLElement;
  private readonly status: HTMLElement;
  private readonly faces: HTMLElement;
  private readonly closeButton: HTMLButtonElement;
  private readonly note: HTMLElement;
  private readonly offline: HTMLElement;
  private agents: State["agents"] | null = null;
  private noted = false;

  constructor(private readonly l: Language, actions: PanelActions, now: () => number) {
    const words = l.strings;
    this.title = h("h2", { class: "title", dir: "auto", id: "title" });
    this.status = h("p", { class: "status" });
    this.faces = h("div", { class: "faces", "aria-hidden": "true" });
    this.closeButton = h("button", { class: "tool", type: "button", "aria-label": words.close, onclick: () => actions.close() }, icon(iconClose));
    this.note = h("div", { class: "note", hidden: true }, icon(iconInfo, "small"), h("p", null, words.noCookies),
      h("button", { class: "tool small", type: "button", "aria-label": words.dismiss, onclick: () => this.hideNote() }, icon(iconClose, "small")));
    this.offline = h("div", { class: "offline", role: "status" });
    this.log = new LogView(l, actions, now);
    this.composer = new ComposerView(l, actions);
    this.element = h("section", { class: "panel", role: "dialog", "aria-labelledby": "title" },
      h("header", { class: "header" }, this.faces, h("div", { class: "who" }, this.title, this.status), this.closeButton),
      this.note, this.log.element, this.offline, this.composer.element);
  }

  render(s: State): void {
    setText(this.title, s.website.name ? fill(this.l.strings.title, { name: s.website.name }) : "");
    this.status.classList.toggle("online", s.online && !s.offline);
    setText(this.status, s.loaded ? this.statusOf(s) : "");
    this.renderFaces(s);
    toggle(this.note, s.cookieBlocked && !this.noted);
    this.renderOffline(s.offline);
    this.log.render(s);
    this.composer.render(s);
  }

  destroy(): void {
    this.log.destroy();
  }

  shown(): void {
    this.log.shown();
  }

  /** setFull says whether the chat covers the page: then there is nothing beside it. */
  setFull(full: boolean): void {
    setAttr(this.element, "aria-modal", full && "true");
  }

  setClosable(closable: boolean): void {
    setAttr(this.closeButton, "hidden", !closable);
  }

  private statusOf(s: State): string {
    const words = this.l.strings;
    if (s.offline) return words.reconnecting; // who answers is not known any more
    return s.online ? words.online : words.away;
  }

  private renderFaces(s: State): void {
    if (this.agents === s.agents) return;
    this.agents = s.agents;
    const rest = s.agents.length - faces;
    replaceChildren(this.faces, ...s.agents.slice(0, faces).map((a) => avatar(a)),
      rest > 0 && s.settings.operatorCount && h("span", { class: "avatar rest" }, `+${rest}`));
    toggle(this.faces, s.agents.length > 0);
  }

  private renderOffline(offline: boolean): void {
    if (offline === this.offline.classList.contains("on")) return;
    this.offline.classList.toggle("on", offline);
    replaceChildren(this.offline, ...(offline ? [icon(iconOffline, "small"), h("span", null, this.l.strings.offline)] : []));
  }

  private hideNote(): void {
    this.noted = true;
    toggle(this.note, false);
    this.composer.focus();
  }
}

// The page of somebody who is logged in: the bar, the way around, and beside it what is being done.

import { h, setAttr, toggle } from "../design/dom";
import { createBar } from "./bar";
import type { App, Part } from "./context";
import { createConversation, type Conversation } from "./conversation";
import { createDetails } from "./details";
import type { KeyTargets } from "./keyboard";
import { createList } from "./list";
import { createNav } from "./nav";
import { createNothing } from "./nothing";
import { createSettings } from "./settings";
import type { State } from "./state";
import { createVisitors } from "./visitors";

export interface Shell extends Part {
  readonly keys: KeyTargets;
  /** looked is called when the agent comes back to the page. */
  looked(): void;
}

/** Where the details are a drawer, and where one column is shown at a time (app.css). */
const drawerBelow = "(max-width: 1099px)";
const oneColumn = "(max-width: 719px)";

export function createShell(app: App): Shell {
  return new ShellView(app);
}

class ShellView implements Shell {
  readonly root: HTMLElement;
  readonly keys: KeyTargets;
  private readonly parts: readonly Part[];
  private readonly conversation: Conversation;
  private readonly details: Part;
  private readonly scrim: HTMLElement;
  /** What the drawer covers: out of reach while it is open. */
  private readonly covered: readonly HTMLElement[];
  private before: HTMLElement | null = null;
  private shown = "";

  constructor(private readonly app: App) {
    const list = createList(app);
    const visitors = createVisitors(app);
    this.conversation = createConversation(app, { back: () => this.back(), details: () => this.openDetails() });
    this.details = createDetails(app, () => this.closeDetails());
    this.scrim = h("div", { class: "scrim", onclick: () => this.closeDetails() });
    const nav = createNav(app);
    const bar = createBar(app);
    const nothing = createNothing(app);
    const settings = createSettings(app);
    this.parts = [bar, nav, list, visitors, this.conversation, nothing, this.details, settings];
    const main = h("main", { class: "main" }, list.root, visitors.root, this.conversation.root, nothing.root, this.scrim, this.details.root, settings.root);
    main.addEventListener("chosen", () => {
      // On glass the keyboard would cover half of what one wants to read first.
      if (!window.matchMedia("(hover: none)").matches) this.conversation.composer.write(app.drafts.get(app.store.get().open?.session ?? "").mode);
    });
    this.covered = [nav.root, list.root, visitors.root, this.conversation.root];
    window.matchMedia(drawerBelow).addEventListener("change", () => this.closeDetails(), { signal: app.ending });
    this.root = h("div", { class: "shell" }, bar.root, nav.root, main);
    this.keys = {
      move: (step) => (app.store.get().view === "visitors" ? visitors.move(step) : list.move(step)),
      search: () => {
        if (app.store.get().view !== "conversations") app.show("conversations");
        requestAnimationFrame(() => list.search());
      },
      write: (mode) => this.conversation.composer.write(mode),
      assign: () => this.conversation.assign(),
      escape: () => this.closeDetails() || this.leave(),
    };
  }

  update(s: State): void {
    toggle(this.root, s.phase === "ready");
    setAttr(this.root, "data-view", s.view);
    setAttr(this.root, "data-open", s.open ? "true" : null);
    for (const part of this.parts) part.update(s);
    const shown = `${s.view} ${s.open?.session ?? ""}`;
    if (shown !== this.shown) this.moved(s);
    this.shown = shown;
  }

  looked(): void {
    this.conversation.seen();
  }

  /** moved keeps the focus on something that is there. */
  private moved(s: State): void {
    this.closeDetails();
    if (!s.open || !window.matchMedia(oneColumn).matches) return;
    this.conversation.root.querySelector<HTMLElement>(".conversation-name")?.focus();
  }

  private back(): void {
    this.app.show(this.app.store.get().view, null);
  }

  private leave(): boolean {
    const s = this.app.store.get();
    if (!s.open) return false;
    const row = document.querySelector<HTMLElement>("[aria-current=true]");
    this.back();
    row?.focus();
    return true;
  }

  private openDetails(): void {
    if (!window.matchMedia(drawerBelow).matches) return;
    if (this.closeDetails()) return;
    this.before = document.activeElement as HTMLElement | null;
    this.root.dataset.details = "true";
    for (const part of this.covered) part.inert = true;
    this.details.root.querySelector<HTMLElement>(".details-close")?.focus();
  }

  private closeDetails(): boolean {
    if (!this.root.dataset.details) return false;
    delete this.root.dataset.details;
    for (const part of this.covered) part.inert = false;
    this.before?.focus();
    return true;
  }
}

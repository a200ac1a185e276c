// The list of conversations: filters, search, pages as one scrolls, and the way through it by keyboard.

import { h, replaceChildren, setAttr, setText, toggle } from "../design/dom";
import { icon, iconClose, iconSearch } from "../design/icons";
import type { Filter } from "../protocol/client";
import type { Summary } from "../protocol/frames";
import type { App, Part } from "./context";
import { emptyState } from "./empty";
import { firstRun } from "./firstrun";
import { nameOf } from "./names";
import { drawRow, rowHeight, updateRow } from "./row";
import { listOf, searched } from "./site";
import { siteOf, type Site, type State } from "./state";
import { VirtualList } from "./virtual";

export interface List extends Part {
  /** move goes to the next (1) or previous (-1) conversation. */
  move(step: 1 | -1): void;
  search(): void;
}

const filters: readonly Filter[] = ["open", "resolved", "all"];

export function createList(app: App): List {
  return new ListView(app);
}

class ListView implements List {
  readonly root: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly rows: VirtualList<Summary>;
  private readonly tabs: Readonly<Record<Filter, HTMLButtonElement>>;
  private readonly openCount = h("span", { class: "tab-count" });
  private readonly field: HTMLInputElement;
  private readonly clear: HTMLButtonElement;
  private readonly empty: HTMLElement;
  private readonly skeleton: HTMLElement;
  private readonly more: HTMLElement;
  private shown: readonly Summary[] = [];
  private inputs: readonly unknown[] = [];
  private drawnEmpty = "";

  constructor(private readonly app: App) {
    const t = app.t;
    const tab = (f: Filter, label: string): HTMLButtonElement =>
      h("button", { type: "button", class: "tab", "aria-pressed": "false", onclick: () => this.filter(f) }, label, f === "open" ? this.openCount : null);
    this.tabs = { open: tab("open", t.filterOpen), resolved: tab("resolved", t.filterResolved), all: tab("all", t.filterAll) };
    this.field = h("input", {
      type: "text", class: "search-field", role: "searchbox", placeholder: t.searchPlaceholder, "aria-label": t.search, "aria-keyshortcuts": "/", dir: "auto", autocomplete: "off", spellcheck: "false",
      oninput: () => this.app.store.dispatch({ type: "search", search: this.field.value }),
      onkeydown: (e) => this.searchKey(e),
    });
    this.clear = h("button", { type: "button", class: "icon-button", "aria-label": t.close, hidden: true, onclick: () => this.endSearch() }, icon(iconClose, "small"));
    const list = h("ol", { class: "rows", "aria-label": t.conversations });
    this.more = h("div", { class: "rows-more" });
    this.empty = h("div", { class: "list-empty", hidden: true });
    this.skeleton = h("div", { class: "rows-skeleton", role: "status", "aria-label": t.loading }, ...Array.from({ length: 8 }, skeletonRow));
    this.scroller = h("div", { class: "list-scroll", onscroll: () => this.nearEnd() }, list, this.skeleton, this.more, this.empty);
    this.rows = new VirtualList<Summary>({
      scroller: this.scroller, list, rowHeight, key: (c) => c.session,
      create: (c) => { const line = drawRow(app, app.store.get().website, c); updateRow(app, line, c, app.store.get()); return line; },
      update: (line, c) => updateRow(app, line, c, app.store.get()),
    });
    this.root = h("section", { class: "list", "aria-label": t.conversations },
      h("header", { class: "list-head" },
        h("label", { class: "search" }, icon(iconSearch, "small"), this.field, this.clear, h("kbd", { "aria-hidden": "true" }, "/")),
        h("div", { class: "tabs", role: "group", "aria-label": t.filterLabel }, ...filters.map((f) => this.tabs[f]))),
      this.scroller);
  }

  update(s: State): void {
    const site = siteOf(s);
    toggle(this.root, s.view === "conversations");
    if (!site) return;
    const open = s.open ? s.sessions[s.open.session]?.typing : null;
    const inputs = [site, s.filter, s.search, s.open, open, s.connection.state, new Date().toDateString()];
    if (inputs.every((v, i) => v === this.inputs[i])) return;
    const moved = this.inputs[1] !== s.filter || (this.inputs[0] as Site | undefined)?.info.id !== site.info.id;
    this.inputs = inputs;
    for (const f of filters) setAttr(this.tabs[f], "aria-pressed", String(f === s.filter));
    setText(this.openCount, site.pages.open.loaded ? countOf(listOf(site, "open").length, site.pages.open.next !== null) : "");
    if (this.field.value !== s.search) this.field.value = s.search;
    toggle(this.clear, s.search !== "");
    const page = site.pages[s.filter];
    this.shown = searched(listOf(site, s.filter), s.search, (c) => nameOf(c, this.app.t));
    toggle(this.skeleton, !page.loaded || (page.loading && page.next !== null));
    this.skeleton.classList.toggle("few", page.loaded);
    this.rows.render(this.shown);
    if (moved) this.scroller.scrollTop = 0;
    this.showEmpty(s, site);
    this.showMore(s, site);
    this.nearEnd();
  }

  move(step: 1 | -1): void {
    if (this.shown.length === 0) return;
    const s = this.app.store.get();
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(".row-line")?.dataset.key;
    const at = this.shown.findIndex((c) => c.session === (focused ?? s.open?.session));
    const next = at < 0 ? (step > 0 ? 0 : this.shown.length - 1) : Math.max(0, Math.min(this.shown.length - 1, at + step));
    this.rows.reveal(next)?.querySelector<HTMLElement>(".row")?.focus({ preventScroll: true });
  }

  search(): void {
    this.field.focus();
    this.field.select();
  }

  private filter(filter: Filter): void {
    this.app.store.dispatch({ type: "filter", filter });
    this.app.client.list(this.app.store.get().website, filter);
  }

  private searchKey(e: KeyboardEvent): void {
    if (e.isComposing) return;
    if (e.key === "Escape") this.endSearch();
    else if (e.key === "ArrowDown" || e.key === "Enter") {
      const first = this.rows.reveal(0)?.querySelector<HTMLElement>(".row");
      if (e.key === "Enter") first?.click();
      first?.focus();
    } else return;
    e.preventDefault();
    e.stopPropagation();
  }

  private endSearch(): void {
    this.app.store.dispatch({ type: "search", search: "" });
    this.field.value = "";
    this.field.blur();
  }

  private nearEnd(): void {
    const s = this.app.store.get();
    const left = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    // While one searches, the list is short for another reason: then a button loads more.
    if (left < rowHeight * 6 && s.search.trim() === "" && this.root.offsetParent) this.app.client.more(s.website, s.filter);
  }

  private showMore(s: State, site: Site): void {
    const wanted = s.search.trim() !== "" && site.pages[s.filter].next !== null;
    toggle(this.more, wanted);
    if (wanted && !this.more.firstChild) {
      this.more.append(h("button", { type: "button", class: "button quiet", onclick: () => this.app.client.more(this.app.store.get().website, this.app.store.get().filter) }, this.app.t.loadMore));
    }
  }

  private showEmpty(s: State, site: Site): void {
    const t = this.app.t;
    const page = site.pages[s.filter];
    const none = page.loaded && this.shown.length === 0;
    const kind = !none ? "" : s.search.trim() !== "" ? `search ${s.search}` : site.used === false ? `first ${site.visitorCount}` : s.filter === "open" && site.used === null ? "asks" : s.filter;
    toggle(this.empty, kind !== "" && kind !== "asks");
    const told = `${site.info.id} ${kind}`;
    if (told === this.drawnEmpty) return;
    this.drawnEmpty = told;
    if (kind.startsWith("search")) replaceChildren(this.empty, emptyState(t.searchNone(s.search.trim()), t.searchNoneText));
    else if (kind.startsWith("first")) {
      // Where there is room, the pane beside the list teaches; alone on a small screen, the list does.
      const short = emptyState(t.emptyAll, t.emptyOpenText);
      short.classList.add("beside");
      replaceChildren(this.empty, short, firstRun(this.app, site));
    }
    else if (kind === "open") replaceChildren(this.empty, emptyState(t.emptyOpen, t.emptyOpenText));
    else if (kind === "resolved") replaceChildren(this.empty, emptyState(t.emptyResolved, t.emptyResolvedText));
    else if (kind === "all") replaceChildren(this.empty, emptyState(t.emptyAll, t.emptyOpenText));
  }
}

/** countOf says how many there are as far as is known; nothing needs no number. */
function countOf(n: number, more: boolean): string {
  return n === 0 ? "" : `${n}${more ? "+" : ""}`;
}

function skeletonRow(): HTMLElement {
  return h("div", { class: "row-skeleton", "aria-hidden": "true" },
    h("span", { class: "skeleton circle" }), h("span", { class: "skeleton line" }), h("span", { class: "skeleton line long" }));
}

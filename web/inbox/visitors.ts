// Who is on the website now. Alone it is a table; beside an opened visitor it is a narrow list.

import { h, replaceChildren, setAttr, setText, toggle } from "../design/dom";
import { formatAgo } from "../design/format";
import { icon, iconChat } from "../design/icons";
import type { LiveVisitor } from "../protocol/frames";
import type { App, Part } from "./context";
import { shortUrl } from "./details";
import { emptyState } from "./empty";
import { visitorFace } from "./face";
import { languageName, nameOf } from "./names";
import { formatPlace } from "./router";
import { visitorsOf } from "./site";
import { siteOf, type State } from "./state";
import { VirtualList } from "./virtual";

const rowHeight = 64; // visitors.css

export interface Visitors extends Part {
  move(step: 1 | -1): void;
}

export function createVisitors(app: App): Visitors {
  return new VisitorsView(app);
}

class VisitorsView implements Visitors {
  readonly root: HTMLElement;
  private readonly title: HTMLElement;
  private readonly head: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly note: HTMLElement;
  private readonly rows: VirtualList<LiveVisitor>;
  private shown: readonly LiveVisitor[] = [];
  private inputs: readonly unknown[] = [];
  private readonly drawn = new WeakMap<Element, string>();

  constructor(private readonly app: App) {
    const t = app.t;
    this.title = h("h2", { class: "visitors-title", "aria-live": "off" });
    this.head = h("div", { class: "visitors-columns", "aria-hidden": "true" },
      ...[t.colVisitor, t.colPage, t.colLocale, t.colPages, t.colSince].map((name) => h("span", null, name)));
    const list = h("ol", { class: "visitor-rows", "aria-label": t.visitors });
    this.empty = h("div", { class: "list-empty" }, emptyState(t.visitorsNone, t.visitorsNoneText));
    this.note = h("p", { class: "visitors-note", hidden: true });
    const scroller = h("div", { class: "list-scroll" }, list, this.note, this.empty);
    this.rows = new VirtualList<LiveVisitor>({
      scroller, list, rowHeight, key: (v) => v.session,
      create: (v) => { const line = this.create(v); this.refresh(line, v); return line; },
      update: (line, v) => this.refresh(line, v),
    });
    this.root = h("section", { class: "visitors", "aria-label": t.visitors }, h("header", { class: "visitors-head" }, this.title), this.head, scroller);
  }

  update(s: State): void {
    const site = siteOf(s);
    toggle(this.root, s.view === "visitors");
    if (!site || s.view !== "visitors") return;
    const inputs = [site.visitors, site.visitorCount, site.info.id, s.open, Math.floor(Date.now() / 60_000)];
    if (inputs.every((v, i) => v === this.inputs[i])) return;
    this.inputs = inputs;
    setText(this.title, this.app.t.visitorsTitle(site.visitorCount));
    this.shown = visitorsOf(site);
    this.rows.render(this.shown);
    toggle(this.empty, this.shown.length === 0);
    toggle(this.head, this.shown.length > 0);
    toggle(this.note, site.visitorCount > this.shown.length && this.shown.length > 0);
    setText(this.note, this.app.t.visitorsFirst(this.shown.length));
  }

  move(step: 1 | -1): void {
    if (this.shown.length === 0) return;
    const focused = (document.activeElement as HTMLElement | null)?.closest<HTMLElement>(".visitor-line")?.dataset.key;
    const at = this.shown.findIndex((v) => v.session === (focused ?? this.app.store.get().open?.session));
    const next = at < 0 ? (step > 0 ? 0 : this.shown.length - 1) : Math.max(0, Math.min(this.shown.length - 1, at + step));
    this.rows.reveal(next)?.querySelector("a")?.focus({ preventScroll: true });
  }

  private create(v: LiveVisitor): HTMLElement {
    const website = this.app.store.get().website;
    const open = { website, session: v.session };
    const link = h("a", {
      class: "visitor-row", href: formatPlace({ view: "visitors", website, open }),
      onclick: (e) => {
        if (e.ctrlKey || e.metaKey || e.shiftKey) return;
        e.preventDefault();
        this.app.show("visitors", open);
        if (e.detail > 0) link.dispatchEvent(new CustomEvent("chosen", { bubbles: true }));
      },
    });
    return h("li", { class: "visitor-line" }, link);
  }

  private refresh(line: HTMLElement, v: LiveVisitor): void {
    const s = this.app.store.get();
    const t = this.app.t;
    const link = line.firstElementChild as HTMLElement;
    setAttr(link, "aria-current", s.open?.session === v.session ? "true" : null);
    const since = formatAgo(v.since, this.app.locale, Date.now());
    const told = JSON.stringify([v, since]);
    if (this.drawn.get(line) === told) return;
    this.drawn.set(line, told);
    const page = v.page ? v.page.title?.trim() || shortUrl(v.page.url) : t.unknownPage;
    replaceChildren(link,
      h("span", { class: "visitor-who" }, h("span", { class: "face" }, visitorFace(v.session, v.name), h("span", { class: "dot online", "aria-hidden": "true" })),
        h("span", { class: "visitor-name name", dir: "auto" }, nameOf(v, t)),
        v.ongoing ? h("span", { class: "badge talking" }, icon(iconChat, "small"), h("span", null, t.talking)) : null),
      h("span", { class: "visitor-page" }, h("span", { class: "name", dir: "auto" }, page), v.page ? h("span", { class: "visitor-url name", dir: "ltr" }, shortUrl(v.page.url)) : null),
      h("span", { class: "visitor-locale name", title: v.locale }, languageName(v.locale, this.app.locale)),
      h("span", { class: "visitor-pages" }, t.pagesSeen(v.pages)),
      h("span", { class: "visitor-since" }, since));
  }
}

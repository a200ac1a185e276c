// What is known of the visitor, beside the conversation: where they are, who they are, with what; and what can be done about them.

import { httpUrl } from "../design/avatar";
import { h, replaceChildren, setText, toggle } from "../design/dom";
import { formatAgo, formatFull, formatShort, formatTime, knownLocale } from "../design/format";
import { icon, iconBlock, iconClose, iconDownload, iconTrash } from "../design/icons";
import type { Data, EventFrame, User, VisitorDetails } from "../protocol/frames";
import { lastSeq } from "../protocol/log";
import type { App, Part } from "./context";
import { openErase } from "./erase";
import { eventDot } from "./events";
import { openExport } from "./export";
import { visitorFace } from "./face";
import { languageName, nameOf } from "./names";
import { behind, type Session } from "./session";
import { openSession, type State } from "./state";
import { currentSummary } from "./store";

const mostEvents = 6;

export function createDetails(app: App, close: () => void): Part {
  return new DetailsView(app, close);
}

class DetailsView implements Part {
  readonly root: HTMLElement;
  private readonly body: HTMLElement;
  private readonly sync: HTMLElement;
  private drawn: readonly unknown[] = [];

  constructor(private readonly app: App, close: () => void) {
    const t = app.t;
    this.body = h("div", { class: "details-body", tabindex: -1 });
    this.sync = h("p", { class: "sync" });
    this.root = h("aside", { class: "details", "aria-label": t.details, tabindex: -1 },
      h("header", { class: "details-head" }, h("h2", null, t.visitor),
        h("button", { type: "button", class: "icon-button details-close", "aria-label": t.close, onclick: close }, icon(iconClose))),
      this.body, this.sync);
  }

  update(s: State): void {
    const x = openSession(s);
    const there = !!x && x.phase !== "unknown" && x.phase !== "deleted";
    toggle(this.root, there);
    if (!x || !s.open || !there) {
      if (this.drawn.length > 0) replaceChildren(this.body); // what was deleted is not even hidden here
      this.drawn = [];
      return;
    }
    setText(this.sync, x.phase === "live" && behind(x) === 0 ? this.app.t.inSync(lastSeq(x.log)) : x.phase === "live" ? this.app.t.catchingUp(behind(x)) : this.app.t.notInSync);
    this.sync.classList.toggle("live", x.phase === "live" && behind(x) === 0);
    const summary = currentSummary(s, s.open);
    const inputs = [x.session, x.visitor, summary?.blocked, summary?.name, Math.floor(Date.now() / 60_000), x.log.notes];
    if (inputs.every((v, i) => v === this.drawn[i])) return;
    const other = this.drawn[0] !== x.session;
    this.drawn = inputs;
    this.draw(x, summary?.blocked ?? false, summary?.name ?? null);
    if (other) this.body.scrollTop = 0;
  }

  private draw(x: Session, blocked: boolean, name: string | null): void {
    const v = x.visitor;
    if (!v) {
      replaceChildren(this.body, ...["wide", "", "wide", ""].map((c) => h("span", { class: `skeleton older-line ${c}` })));
      return;
    }
    const called = nameOf({ session: x.session, name: v.user.nickname ?? name }, this.app.t);
    replaceChildren(this.body, this.person(x, v, called), this.pages(v), this.contact(v.user), this.device(v), segments(this.app, v.segments), data(this.app, v.data), this.events(x), this.deeds(x, blocked, called));
  }

  private person(x: Session, v: VisitorDetails, name: string): HTMLElement {
    const t = this.app.t;
    const presence = v.online ? t.onlineNow : t.lastSeen(formatAgo(v.seen_at, this.app.locale, Date.now()));
    return h("div", { class: "person" }, visitorFace(x.session, v.user.nickname, "large"),
      h("div", { class: "person-text" },
        h("p", { class: "person-name words", dir: "auto" }, name),
        h("p", { class: v.online ? "presence online" : "presence" }, h("span", { class: v.online ? "dot online" : "dot", "aria-hidden": "true" }), presence)));
  }

  private pages(v: VisitorDetails): HTMLElement | null {
    const t = this.app.t;
    if (!v.page) return null;
    const before = v.pages.slice(1, 9);
    return part(v.online ? t.pageNow : t.pageLast,
      pageLink(v.page.url, v.page.title ?? ""),
      v.page.referrer ? h("p", { class: "from" }, `${t.cameFrom} `, plainLink(v.page.referrer, hostOf(v.page.referrer))) : null,
      before.length ? h("details", { class: "pages" }, h("summary", null, `${t.pagesBefore} · ${before.length}`),
        h("ol", null, ...before.map((p) => h("li", null, pageLink(p.url, p.title), h("time", { title: formatFull(p.at, this.app.locale) }, formatTime(p.at, this.app.locale)))))) : null);
  }

  private contact(u: User): HTMLElement | null {
    const t = this.app.t;
    const company = u.company;
    const site = httpUrl(company?.url);
    return facts(t.contact, [
      [t.email, u.email ? h("a", { href: `mailto:${encodeURIComponent(u.email).replace(/%40/gu, "@")}`, dir: "ltr" }, u.email) : null],
      [t.phone, u.phone ? h("a", { href: `tel:${u.phone.replace(/[^+\d]/gu, "")}`, dir: "ltr" }, u.phone) : null],
      [t.company, company?.name ? (site ? plainLink(site, company.name) : company.name) : null],
    ]);
  }

  private device(v: VisitorDetails): HTMLElement | null {
    const t = this.app.t;
    return facts(t.device, [
      [t.browser, v.browser], [t.system, v.system], [t.locale, languageName(v.locale, this.app.locale)],
      [t.localTime, localTime(v.timezone, this.app.locale)], [t.ip, v.ip ? h("span", { class: "ip", dir: "ltr" }, v.ip) : null],
      [t.tracking, v.consent ? t.trackingIs(v.consent.tracking, formatShort(v.consent.at, this.app.locale, Date.now())) : null],
      [t.firstSeen, v.created_at ? formatFull(v.created_at, this.app.locale) : null],
      [t.seen, v.seen_at && !v.online ? formatFull(v.seen_at, this.app.locale) : null],
    ]);
  }

  /** events is what the page pushed of late, the newest first: the log may be far above it. */
  private events(x: Session): HTMLElement | null {
    const pushed = x.log.notes.filter((n): n is EventFrame => n.t === "event" && !n.system && !n.removed).slice(-mostEvents).reverse();
    if (pushed.length === 0) return null;
    return part(this.app.t.events, h("ol", { class: "pushed-events" }, ...pushed.map((e) => h("li", null, eventDot(e),
      h("span", { class: "words", dir: "auto" }, e.name), h("time", { title: formatFull(e.at, this.app.locale) }, formatShort(e.at, this.app.locale, Date.now()))))));
  }

  private deeds(x: Session, blocked: boolean, name: string): HTMLElement {
    const t = this.app.t;
    const place = { website: x.website, session: x.session };
    return h("div", { class: "details-deeds" },
      h("button", { type: "button", class: "button quiet", onclick: () => this.app.deeds.setBlocked(place, !blocked) }, icon(iconBlock, "small"), blocked ? t.unblock : t.block),
      h("button", { type: "button", class: "button quiet", "aria-haspopup": "dialog", onclick: () => openExport(this.app, place, name) }, icon(iconDownload, "small"), t.export),
      h("button", { type: "button", class: "button quiet danger", "aria-haspopup": "dialog", onclick: () => openErase(this.app, place, name) }, icon(iconTrash, "small"), t.erase));
  }
}

function part(title: string, ...children: (Node | null)[]): HTMLElement {
  return h("section", { class: "part" }, h("h3", null, title), ...children);
}

function facts(title: string, list: readonly (readonly [string, string | Node | null | undefined])[]): HTMLElement | null {
  const known = list.filter(([, value]) => value);
  if (known.length === 0) return null;
  const terms = known.flatMap(([name, value]) => [h("dt", { class: "words", dir: "auto" }, name), h("dd", { class: "words", dir: "auto" }, value!)]);
  return part(title, h("dl", { class: "facts" }, ...terms));
}

function segments(app: App, list: readonly string[]): HTMLElement | null {
  return list.length ? part(app.t.segments, h("ul", { class: "chips" }, ...list.map((s) => h("li", { class: "chip name", dir: "auto" }, s)))) : null;
}

function data(app: App, values: Data): HTMLElement | null {
  return facts(app.t.data, Object.entries(values).map(([name, v]) => [name, v === true ? app.t.yes : v === false ? app.t.no : v === null ? null : String(v)]));
}

/** pageLink shows a page by its title, or by its address without what everybody knows. */
function pageLink(url: string, title: string): HTMLElement {
  const href = httpUrl(url);
  const words = title.trim() || shortUrl(url);
  if (!href) return h("span", { class: "page words", dir: "auto" }, words);
  return h("a", { class: "page", href, target: "_blank", rel: "noopener noreferrer nofollow", title: url },
    h("span", { class: "words", dir: "auto" }, words), title.trim() ? h("span", { class: "page-url name", dir: "ltr" }, shortUrl(url)) : null);
}

function plainLink(url: string, words: string): HTMLElement {
  const href = httpUrl(url);
  return href ? h("a", { class: "words", dir: "auto", href, target: "_blank", rel: "noopener noreferrer nofollow", title: url }, words) : h("span", { class: "words", dir: "auto" }, words);
}

/** shortUrl is the path of an address, its host where there is no path. */
export function shortUrl(url: string): string {
  try {
    const u = new URL(url);
    return u.pathname === "/" && !u.search ? u.host : u.pathname + u.search;
  } catch {
    return url;
  }
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

function localTime(timezone: string, locale: string): string {
  try {
    return timezone ? `${new Intl.DateTimeFormat(knownLocale(locale), { hour: "numeric", minute: "2-digit", timeZone: timezone }).format(Date.now())} · ${timezone.replace(/_/gu, " ")}` : "";
  } catch {
    return timezone;
  }
}

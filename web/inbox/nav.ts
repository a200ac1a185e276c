// The way around: websites, conversations, visitors, settings, oneself.

import { avatar, initialsOf } from "../design/avatar";
import { h, replaceChildren, setAttr, setText, toggle } from "../design/dom";
import { icon, iconCommand, iconEye, iconInbox, iconKeyboard, iconLeave, iconSettings } from "../design/icons";
import { themeOf, themeProperties } from "../design/themes";
import type { WebsiteInfo } from "../protocol/frames";
import type { App, Part } from "./context";
import { openMenu, type MenuItem } from "./menu";
import { unreadOf } from "./site";
import { siteOf, type State, type View } from "./state";

export function createNav(app: App): Part {
  return new NavView(app);
}

class NavView implements Part {
  readonly root: HTMLElement;
  private readonly site: HTMLButtonElement;
  private readonly me: HTMLButtonElement;
  private readonly links: Readonly<Record<View, HTMLButtonElement>>;
  private readonly badges: Readonly<Record<"conversations" | "visitors", HTMLElement>>;
  private readonly elsewhere = h("span", { class: "elsewhere", hidden: true });
  private drawnSite = "";
  private drawnMe = "";

  constructor(private readonly app: App) {
    const t = app.t;
    this.site = h("button", { type: "button", class: "site-button", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openSites() });
    this.me = h("button", { type: "button", class: "me-button", "aria-label": t.account, "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.openMe() });
    this.badges = { conversations: h("span", { class: "nav-badge", hidden: true }), visitors: h("span", { class: "nav-count", hidden: true }) };
    const link = (view: View, glyph: string, label: string, badge?: HTMLElement): HTMLButtonElement =>
      h("button", { type: "button", class: "nav-link", title: label, onclick: () => app.show(view) }, h("span", { class: "nav-icon" }, icon(glyph), badge ?? null), h("span", { class: "nav-label" }, label));
    this.links = {
      conversations: link("conversations", iconInbox, t.conversations, this.badges.conversations),
      visitors: link("visitors", iconEye, t.visitors, this.badges.visitors),
      settings: link("settings", iconSettings, t.settings),
    };
    const palette = h("button", { type: "button", class: "nav-link palette-button", title: t.palette, "aria-keyshortcuts": "Control+K Meta+K", onclick: () => app.openPalette() },
      h("span", { class: "nav-icon" }, icon(iconCommand)), h("span", { class: "nav-label" }, t.palette));
    this.root = h("nav", { class: "nav", "aria-label": t.inbox }, this.site, this.links.conversations, this.links.visitors, h("span", { class: "nav-space" }), palette, this.links.settings, this.me);
  }

  update(s: State): void {
    const site = siteOf(s);
    for (const view of Object.keys(this.links) as View[]) setAttr(this.links[view], "aria-current", view === s.view ? "page" : null);
    const unread = unreadOf(site);
    badge(this.badges.conversations, unread, this.app.t.unread(unread));
    badge(this.badges.visitors, site?.visitorCount ?? 0, "");
    this.drawSite(s);
    if (s.me && this.drawnMe !== s.me.name + s.me.avatar) {
      this.drawnMe = s.me.name + s.me.avatar;
      replaceChildren(this.me, avatar(s.me));
    }
    setAttr(this.me, "data-state", s.connection.state);
  }

  private drawSite(s: State): void {
    const info = siteOf(s)?.info;
    const others = s.websites.filter((w) => w.id !== s.website).reduce((sum, w) => sum + unreadOf(s.sites[w.id]), 0);
    toggle(this.elsewhere, others > 0);
    setText(this.elsewhere, others > 9 ? "9+" : String(others));
    toggle(this.site, !!info);
    const told = JSON.stringify([info, s.websites.length > 1]);
    if (!info || told === this.drawnSite) return;
    this.drawnSite = told;
    setAttr(this.site, "title", info.name);
    setAttr(this.site, "aria-label", `${this.app.t.website}: ${info.name}`);
    this.site.disabled = s.websites.length < 2;
    replaceChildren(this.site, tile(info), this.elsewhere);
  }

  private openSites(): void {
    const s = this.app.store.get();
    openMenu(this.site, this.app.t.websites, s.websites.map((w): MenuItem => {
      const unread = unreadOf(s.sites[w.id]);
      return { label: w.name, hint: unread > 0 ? this.app.t.unread(unread) : undefined, before: tile(w), checked: w.id === s.website, run: () => this.app.switchTo(w.id) };
    }));
  }

  private openMe(): void {
    const s = this.app.store.get();
    const t = this.app.t;
    openMenu(this.me, t.account, [
      { label: s.me?.name ?? "", hint: s.me?.email, run: () => this.app.show("settings") },
      { label: t.help, before: icon(iconKeyboard), hint: "?", part: true, run: () => this.app.openHelp() },
      { label: t.logout, before: icon(iconLeave), part: true, run: () => void this.app.logout() },
    ]);
  }
}

function badge(element: HTMLElement, n: number, words: string): void {
  toggle(element, n > 0);
  const text = n > 999 ? "999+" : String(n);
  if (element.dataset.n === text) return;
  element.dataset.n = text;
  replaceChildren(element, words ? h("span", { "aria-hidden": "true" }, text) : text, words ? h("span", { class: "hidden-text" }, words) : null);
}

/** tile is a website as a small square in its own color. */
export function tile(info: WebsiteInfo): HTMLElement {
  const root = h("span", { class: "tile", "aria-hidden": "true" }, initialsOf(info.name) || "•");
  for (const [name, value] of themeProperties(themeOf(info.color))) root.style.setProperty(name, value);
  return root;
}

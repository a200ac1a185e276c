// Wires the inbox together: who is logged in, where the agent is, the connection, the views.

import { h, toggle } from "../design/dom";
import { logout, whoami } from "./account";
import { Alerts } from "./alerts";
import { Client } from "./client";
import type { App } from "./context";
import { Deeds } from "./deeds";
import { Drafts } from "./drafts";
import { emptyState } from "./empty";
import { openHelp } from "./help";
import { listenKeys } from "./keyboard";
import { createLogin } from "./login";
import { openPalette } from "./palette";
import { closePopover } from "./popover";
import { applyTheme, PrefStore } from "./prefs";
import { Router, type Place } from "./router";
import { createShell, type Shell } from "./shell";
import type { Opened, State, View } from "./state";
import { nextFrame, Store } from "./store";
import { directionOf, stringsFor } from "./strings";
import { Toaster } from "./toast";

const askAgainMs = 4_000;
const minuteMs = 30_000; // often enough for "5 min ago"

/** A running inbox. end takes it off the page, with all that it listened to. */
export interface Running {
  end(): void;
}

/** start puts the inbox into an element and begins. */
export function start(into: HTMLElement): Running {
  const inbox = new Inbox(into);
  inbox.begin();
  return inbox;
}

class Inbox implements App, Running {
  readonly store = new Store(nextFrame);
  readonly prefs = new PrefStore();
  readonly drafts = new Drafts();
  readonly t;
  readonly locale = navigator.language;
  readonly toaster: Toaster;
  readonly client: Client;
  readonly deeds: Deeds;
  private readonly life = new AbortController();
  readonly ending = this.life.signal;
  private readonly router: Router;
  private readonly alerts: Alerts;
  private readonly shell: Shell;
  private readonly roots: readonly HTMLElement[];

  constructor(into: HTMLElement) {
    const { strings, language } = stringsFor(navigator.languages);
    this.t = strings;
    document.documentElement.lang = language;
    if (!document.documentElement.dir) document.documentElement.dir = directionOf(language);
    this.prefs.watch((p) => applyTheme(p.theme));
    this.toaster = new Toaster(this.t);
    this.alerts = new Alerts(this);
    this.client = new Client({
      store: this.store,
      onFrame: (f, before, after) => {
        if (f.t === "welcome") this.welcomed(before, after);
        this.alerts.onFrame(f, before);
      },
      onUnauthorized: () => this.loggedOut(true),
    });
    this.deeds = new Deeds(this.store, this.client, this.toaster, this.t);
    this.router = new Router((p) => this.went(p), this.ending);
    this.shell = createShell(this);
    const login = createLogin(this.t, () => this.loggedIn());
    const waiting = this.drawWaiting();
    this.roots = [login.root, waiting.root, this.shell.root, this.toaster.root];
    into.append(...this.roots);
    this.store.watch((s) => {
      for (const part of [login, waiting, this.shell]) part.update(s);
      this.alerts.update(s);
    });
  }

  begin(): void {
    listenKeys(this, this.shell.keys);
    for (const event of ["focus", "visibilitychange"]) {
      window.addEventListener(event, () => this.shell.looked(), { signal: this.ending });
      document.addEventListener(event, () => this.shell.looked(), { signal: this.ending });
    }
    const minutes = setInterval(() => this.shell.update(this.store.get()), minuteMs);
    this.ending.addEventListener("abort", () => clearInterval(minutes));
    void this.ask();
  }

  end(): void {
    this.life.abort();
    this.client.close(true);
    closeOverlays();
    this.toaster.clear();
    for (const root of this.roots) root.remove();
  }

  show(view: View, open: Opened | null = null, replace = false): void {
    this.router.go({ view, website: this.store.get().website, open }, replace);
  }

  switchTo(website: string): void {
    this.router.go({ view: this.store.get().view, website, open: null });
  }

  openPalette(): void {
    openPalette(this, this.shell.keys);
  }

  openHelp(): void {
    openHelp(this);
  }

  async logout(): Promise<void> {
    if (!await logout()) {
      this.toaster.show({ text: this.t.logoutFailed, bad: true });
      return;
    }
    this.client.close(true);
    this.drafts.clear();
    this.toaster.clear();
    history.replaceState(null, "", location.pathname);
    this.store.dispatch({ type: "forget" });
  }

  /** ask finds out whether somebody is logged in. */
  private async ask(): Promise<void> {
    const answer = await whoami();
    if (this.ending.aborted) return;
    if (answer === "in") this.loggedIn();
    else if (answer === "out") this.store.dispatch({ type: "phase", phase: "login" });
    else {
      this.store.dispatch({ type: "phase", phase: "unreachable" });
      setTimeout(() => void this.ask(), askAgainMs);
    }
  }

  private loggedIn(): void {
    this.store.dispatch({ type: "phase", phase: "ready" });
    this.client.connect();
  }

  private loggedOut(expired: boolean): void {
    closeOverlays();
    this.toaster.clear();
    this.store.dispatch({ type: "phase", phase: "login", expired });
  }

  private welcomed(before: State, after: State): void {
    if (after.me) this.drafts.belongTo(after.me.id);
    // The address may name a place that could not be shown before it was known which websites there are.
    if (before.websites.length === 0 || before.me?.id !== after.me?.id) this.went(this.router.current());
  }

  /** went shows a place: the address changed, or the agent chose it. */
  private went(p: Place): void {
    const s = this.store.get();
    if (s.websites.length === 0) return;
    const website = s.sites[p.website] ? p.website : s.website;
    const open = p.open && p.website === website ? p.open : null;
    if (s.open && s.open.session !== open?.session) this.client.leave(s.open);
    this.store.dispatch({ type: "show", view: p.view, website, open });
    if (open) this.client.open(open);
    this.client.watchVisitors(website);
    this.client.list(website, this.store.get().filter);
  }

  /** drawWaiting is the page while it is not known who is here. */
  private drawWaiting(): { root: HTMLElement; update(s: State): void } {
    const again = h("button", { type: "button", class: "button primary", onclick: () => void this.ask() }, this.t.retry);
    const words = emptyState(this.t.unreachableTitle, this.t.unreachableText, again);
    const root = h("main", { class: "waiting-page" }, words);
    return {
      root,
      update: (s) => {
        toggle(root, s.phase === "starting" || s.phase === "unreachable");
        toggle(words, s.phase === "unreachable");
      },
    };
  }
}

function closeOverlays(): void {
  closePopover();
  for (const dialog of document.querySelectorAll("dialog")) dialog.close();
}

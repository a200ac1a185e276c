import { h, setText } from "../design/dom";
import { themeOf, themeProperties } from "../design/themes";
import type { Chatbox } from "./chatbox";
import { globals } from "./globals";
import { adopt } from "./styles";
import { fill, languageOf, type Language } from "./strings";
import { LauncherView } from "./viewLauncher";
import { PanelView } from "./viewPanel";
import { watchNarrow, watchRoom, type Room } from "./viewport";
import type { State } from "./state";
import css from "./widget.css?text";

/** View shows a chatbox in a shadow root. Changes of one task are shown together; only what changed is touched. */
export class View {
  private readonly l: Language;
  private readonly box: HTMLElement;
  private readonly launcher: LauncherView;
  private readonly announcer: HTMLElement;
  private panel: PanelView | null = null;
  private readonly setValues: (css: string) => void;
  private readonly stops: (() => void)[];
  private values = "";
  private room: Room | null = null;
  private narrow = false;
  private open = false;
  private announced = "";
  private due = false;
  private live = true;

  constructor(private readonly host: HTMLElement, root: ShadowRoot, private readonly chatbox: Chatbox, private readonly now: () => number = Date.now) {
    this.l = languageOf([globals.runtime().locale, document.documentElement.lang, ...navigator.languages]);
    this.setValues = adopt(root, css);
    this.announcer = h("div", { class: "hidden-text", "aria-live": "polite" });
    this.launcher = new LauncherView(this.l, {
      toggle: () => (chatbox.state.open ? chatbox.close() : chatbox.open()),
      open: () => chatbox.open(),
      dismissPeek: () => {
        chatbox.dispatch({ type: "peek", peek: null });
        this.launcher.button.focus();
      },
    });
    this.box = h("div", { class: "box", dir: this.l.dir, lang: this.l.locale }, this.announcer, this.launcher.element);
    // Keys that are pressed in the chat are none of the page's shortcuts.
    for (const type of ["keydown", "keyup", "keypress"]) this.box.addEventListener(type, (e) => e.stopPropagation());
    this.box.addEventListener("keydown", (e) => {
      if (e.key === "Escape" && !e.isComposing && this.open) chatbox.close();
    });
    root.appendChild(this.box);
    this.stops = [
      chatbox.subscribe(() => this.schedule()),
      watchNarrow((narrow) => {
        this.narrow = narrow;
        this.schedule();
      }),
      watchRoom((room) => {
        this.room = room;
        this.schedule();
      }),
    ];
    this.render();
  }

  destroy(): void {
    this.live = false;
    for (const stop of this.stops) stop();
    this.panel?.destroy();
    this.box.remove();
  }

  private schedule(): void {
    if (this.due) return;
    this.due = true;
    queueMicrotask(() => {
      this.due = false;
      if (this.live) this.render();
    });
  }

  private render(): void {
    const s = this.chatbox.state;
    const runtime = globals.runtime();
    const full = runtime.lock_full_view === true || (this.narrow && runtime.disable_full_view !== true);
    this.box.hidden = !this.isShown(s);
    this.host.dataset.side = s.settings.reverse === (this.l.dir === "rtl") ? "right" : "left";
    if (runtime.color_scheme === "light" || runtime.color_scheme === "dark") this.host.dataset.theme = runtime.color_scheme;
    this.renderValues(s, full);
    this.box.classList.toggle("full", full);
    this.launcher.render(s);
    if (s.open) this.panel ??= this.makePanel();
    this.panel?.render(s);
    this.panel?.setFull(full);
    this.panel?.setClosable(runtime.lock_maximized !== true);
    this.announce(s);
    if (s.open !== this.open) this.turn(s.open, full);
  }

  private isShown(s: State): boolean {
    if (s.refused || !s.visible || (s.settings.hideOnMobile && this.narrow)) return false;
    if (!s.loaded) return s.open || this.chatbox.worthShowing();
    return !(s.settings.hideOnAway && !s.online && !s.open);
  }

  private renderValues(s: State, full: boolean): void {
    const pairs = [...themeProperties(themeOf(s.settings.theme || s.website.color)), ["--z", String(s.settings.zIndex)]];
    if (full && this.room) pairs.push(["--top", `${this.room.top}px`], ["--height", `${this.room.height}px`]);
    const values = `:host{${pairs.map(([name, value]) => `${name}:${value}`).join(";")}}`;
    if (values === this.values) return;
    this.values = values;
    this.setValues(values);
  }

  private makePanel(): PanelView {
    const c = this.chatbox;
    const panel = new PanelView(this.l, {
      close: () => c.close(),
      send: (text) => c.send("text", text),
      draft: (text, typed) => c.draft(text, typed),
      retry: (id) => c.retry(id),
      discard: (id) => c.discard(id),
      answer: (text) => c.send("text", text),
      leaveEmail: (email) => {
        c.dispatch({ type: "emailGiven" });
        c.push({ t: "user", patch: { email } });
        panel.composer.focus();
      },
      loadOlder: () => void c.loadOlder(),
    }, this.now);
    this.box.insertBefore(panel.element, this.launcher.element);
    // The closed state must have been drawn once for the opening to move.
    void panel.element.offsetHeight;
    return panel;
  }

  /** turn opens or closes: focus goes in and comes back, but is never taken from a page that opened the chat on its own. */
  private turn(open: boolean, full: boolean): void {
    this.open = open;
    const inside = (this.host.shadowRoot as ShadowRoot).activeElement !== null;
    const active = (navigator as { userActivation?: { isActive: boolean } }).userActivation?.isActive ?? true;
    this.box.classList.toggle("open", open);
    if (open) {
      this.panel?.shown();
      if (active && !full) this.panel?.composer.focus();
      else if (active) this.panel?.element.querySelector<HTMLElement>(".log")?.focus({ preventScroll: true });
    } else if (inside) {
      this.launcher.button.focus();
    }
  }

  /** announce says a message that came while the chat is closed. */
  private announce(s: State): void {
    if (!s.peek || s.peek.id === this.announced) return;
    this.announced = s.peek.id;
    setText(this.announcer, fill(this.l.strings.messageFrom, { name: s.peek.by.name, text: s.peek.text }));
  }
}

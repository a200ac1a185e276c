// An agent's own settings, and the line that puts the chat on each of their websites.

import { h, replaceChildren, toggle } from "../design/dom";
import type { App, Part } from "./context";
import { notificationState } from "./notify";
import type { Prefs, Theme } from "./prefs";
import { snippetBox } from "./snippet";
import { chime } from "./sound";
import type { State } from "./state";

export function createSettings(app: App): Part {
  const embed = h("div", { class: "settings-embed" });
  const root = h("section", { class: "settings", "aria-label": app.t.settings },
    h("div", { class: "settings-inside" },
      h("h2", null, app.t.settings), h("p", { class: "quiet-text" }, app.t.savedHere),
      appearance(app), attention(app), keyboard(app),
      h("section", { class: "setting-part" }, h("h3", null, app.t.embed), h("p", { class: "quiet-text" }, app.t.snippetText), embed)));
  let websites: State["websites"] | null = null;
  return {
    root,
    update(s: State): void {
      toggle(root, s.view === "settings");
      if (s.websites === websites) return;
      websites = s.websites;
      replaceChildren(embed, ...websites.map((w) => h("div", { class: "embed" }, h("h4", { class: "words", dir: "auto" }, w.name), snippetBox(app, w.id))));
    },
  };
}

function appearance(app: App): HTMLElement {
  const t = app.t;
  const choices: readonly [Theme, string][] = [["system", t.themeSystem], ["light", t.themeLight], ["dark", t.themeDark]];
  const inputs = choices.map(([value, label]) => {
    const input = h("input", { type: "radio", name: "theme", value, onchange: () => app.prefs.set({ theme: value }) });
    app.prefs.watch((p) => { input.checked = p.theme === value; });
    return h("label", { class: "choice" }, input, h("span", { class: `theme-sample theme-${value}`, "aria-hidden": "true" }), h("span", null, label));
  });
  return h("section", { class: "setting-part" }, h("h3", null, t.appearance), h("fieldset", { class: "choices" }, h("legend", { class: "hidden-text" }, t.theme), ...inputs));
}

function attention(app: App): HTMLElement {
  const t = app.t;
  const listen = h("button", { type: "button", class: "button quiet", onclick: () => chime() }, t.soundTry);
  const note = h("p", { class: "form-error", role: "status", hidden: true });
  const notify = flag(app, "notify", t.notify, t.notifyText, async (on) => {
    const state = on ? await Notification.requestPermission() : "granted";
    app.prefs.set({ notify: on && state === "granted" });
    toggle(note, on && state !== "granted");
    note.textContent = t.notifyDenied;
  });
  const state = notificationState();
  const field = notify.querySelector("input")!;
  if (state !== "possible") {
    field.disabled = true;
    toggle(note, true);
    note.textContent = state === "denied" ? t.notifyDenied : t.notifyUnsupported;
  }
  return h("section", { class: "setting-part" }, h("h3", null, t.attention),
    h("div", { class: "setting-row" }, flag(app, "sound", t.sound, t.soundText), listen), notify, note);
}

function keyboard(app: App): HTMLElement {
  const t = app.t;
  return h("section", { class: "setting-part" }, h("h3", null, t.keyboard), h("div", { class: "setting-row" },
    flag(app, "keys", t.singleKeys, t.singleKeysText), h("button", { type: "button", class: "button quiet", onclick: () => app.openHelp() }, t.showShortcuts)));
}

type Flag = "sound" | "notify" | "keys";

/** flag is a switch with words about what it does. */
function flag(app: App, name: Flag, label: string, text: string, change?: (on: boolean) => void | Promise<void>): HTMLElement {
  const id = `setting-${name}`;
  const input = h("input", {
    type: "checkbox", class: "switch", role: "switch", id, "aria-describedby": `${id}-text`,
    onchange: () => void (change ? change(input.checked) : app.prefs.set({ [name]: input.checked })),
  });
  app.prefs.watch((p: Prefs) => { input.checked = p[name]; });
  return h("div", { class: "setting" }, input, h("div", null, h("label", { for: id }, label), h("p", { class: "quiet-text", id: `${id}-text` }, text)));
}

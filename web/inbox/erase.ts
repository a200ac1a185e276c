// Deleting a session for good: says exactly what goes and what stays, and asks for the word.

import { h, toggle } from "../design/dom";
import { icon, iconTrash } from "../design/icons";
import { lastSeq } from "../protocol/log";
import type { App } from "./context";
import { openDialog } from "./dialog";
import type { Opened } from "./state";

export function openErase(app: App, x: Opened, name: string): void {
  const t = app.t;
  const session = app.store.get().sessions[x.session];
  const word = h("input", { type: "text", class: "text-field", autocomplete: "off", autocapitalize: "off", spellcheck: "false", oninput: () => { go.disabled = !said(); } });
  const failed = h("p", { class: "form-error", role: "alert", hidden: true }, t.eraseFailed);
  const go = h("button", { type: "submit", class: "button danger-fill", disabled: true }, icon(iconTrash, "small"), t.eraseDo);
  const said = (): boolean => word.value.trim().toLocaleLowerCase() === t.eraseWord;
  const cancel = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, t.cancel);
  const form = h("form", { method: "dialog", class: "erase-form", onsubmit: (e) => { e.preventDefault(); if (said()) void erase(); } },
    h("label", { class: "form-label" }, t.eraseType(t.eraseWord), word), failed,
    h("div", { class: "dialog-foot" }, cancel, go));
  const list = (items: readonly string[]): HTMLElement => h("ul", null, ...items.map((i) => h("li", null, i)));
  const erase = async (): Promise<void> => {
    go.disabled = word.disabled = true;
    toggle(failed, false);
    const done = await app.deeds.erase(x);
    if (!done) {
      toggle(failed, true);
      go.disabled = word.disabled = false;
      return;
    }
    app.drafts.forget(x.session);
    dialog.close();
    app.show(app.store.get().view, null, true);
    app.toaster.show({ text: t.eraseDone });
  };
  const dialog = openDialog(t.eraseTitle(name), "erase", [
    h("h2", { class: "words", dir: "auto" }, t.eraseTitle(name)),
    h("p", { class: "erase-final" }, t.eraseFinal),
    h("h3", null, t.eraseGoes), list(t.eraseGoesList(session ? lastSeq(session.log) : 0)),
    h("p", { class: "quiet-text" }, t.eraseWhen),
    h("h3", null, t.eraseStays), list(t.eraseStaysList),
    h("p", { class: "quiet-text" }, h("a", { href: `/policy/${encodeURIComponent(x.website)}`, target: "_blank", rel: "noopener" }, t.erasePolicy)),
    form,
  ]);
  word.focus();
}

import { h } from "../design/dom";
import { icon, iconClose } from "../design/icons";
import type { App } from "./context";
import { openDialog } from "./dialog";
import { shortcuts } from "./keyboard";

/** openHelp lists all shortcuts. */
export function openHelp(app: App): void {
  const groups = shortcuts(app).map(({ title, list }) => h("section", { class: "help-group" }, h("h3", null, title),
    h("dl", null, ...list.map((s) => h("div", { class: "help-line" }, h("dt", null, s.words), h("dd", { class: "keys" }, ...s.keys.map((k) => h("kbd", null, k))))))));
  const close = h("button", { type: "button", class: "icon-button", "aria-label": app.t.close, onclick: () => dialog.close() }, icon(iconClose));
  const dialog = openDialog(app.t.help, "help", [h("header", { class: "dialog-head" }, h("h2", null, app.t.help), close), h("div", { class: "help-groups" }, ...groups)]);
  close.focus();
}

import { h } from "../design/dom";
import { icon, iconCheck } from "../design/icons";
import type { App } from "./context";
import { snippetBox } from "./snippet";
import type { Site } from "./state";

/** firstRun teaches how the chat gets on the website, waits for the first visitor, and says so when somebody is there. */
export function firstRun(app: App, site: Site): HTMLElement {
  const t = app.t;
  return h("div", { class: "first-run" },
    h("h3", { class: "empty-title" }, t.firstTitle),
    h("p", { class: "empty-text" }, t.firstText),
    snippetBox(app, site.info.id),
    site.visitorCount > 0 ? there(app, site.visitorCount) : h("p", { class: "waiting", role: "status" }, h("span", { class: "pulse", "aria-hidden": "true" }), t.firstWaiting));
}

function there(app: App, count: number): HTMLElement {
  const t = app.t;
  return h("div", { class: "arrived", role: "status" },
    h("span", { class: "arrived-icon" }, icon(iconCheck, "small")),
    h("div", null,
      h("p", { class: "arrived-title" }, t.firstThere(count)),
      h("p", null, t.firstThereText),
      h("button", { type: "button", class: "link-button", onclick: () => app.show("visitors") }, t.firstSee)));
}

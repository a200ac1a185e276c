// The pane of the conversation while none is open.

import { h, replaceChildren, toggle } from "../design/dom";
import type { App, Part } from "./context";
import { emptyState } from "./empty";
import { firstRun } from "./firstrun";
import { listOf } from "./site";
import { siteOf, type State } from "./state";

export function createNothing(app: App): Part {
  const root = h("section", { class: "nothing" });
  let drawn = "";
  return {
    root,
    update(s: State): void {
      toggle(root, s.open === null && s.view === "conversations");
      const site = siteOf(s);
      const kind = kindOf(s);
      if (kind === drawn) return;
      drawn = kind;
      if (kind === "none") replaceChildren(root, emptyState(app.t.noWebsites, app.t.noWebsitesText));
      else if (kind.startsWith("first")) replaceChildren(root, firstRun(app, site!));
      else if (kind.startsWith("quiet")) replaceChildren(root, quiet(app, site!.visitorCount));
      else if (kind === "hint") replaceChildren(root, emptyState(app.t.nothingOpen, app.t.nothingOpenText, hints(app)));
      else replaceChildren(root);
    },
  };
}

function kindOf(s: State): string {
  const site = siteOf(s);
  if (s.phase === "ready" && s.websites.length === 0 && s.me) return "none";
  if (site?.used === false) return `first ${site.info.id} ${site.visitorCount}`;
  if (!site?.pages[s.filter].loaded) return "";
  return listOf(site, s.filter).length > 0 ? "hint" : `quiet ${site.visitorCount}`;
}

/** quiet is for when there is nothing to choose from: then there may still be visitors to write to. */
function quiet(app: App, visitors: number): HTMLElement {
  const see = h("button", { type: "button", class: "button", onclick: () => app.show("visitors") }, app.t.firstSee);
  return emptyState(app.t.quietTitle, visitors > 0 ? app.t.quietVisitors(visitors) : app.t.quietNobody, visitors > 0 ? see : null);
}

function hints(app: App): HTMLElement {
  const line = (keys: readonly string[], words: string): HTMLElement =>
    h("li", null, h("span", { class: "keys" }, ...keys.map((k) => h("kbd", null, k))), words);
  return h("ul", { class: "hints" }, line(["J", "K"], app.t.keysMove), line(["Enter"], app.t.keysOpen), line(["?"], app.t.keysAll));
}

// The pane of the conversation while none is open.

import { h, replaceChildren, toggle } from "../design/dom";
import type { App, Part } from "./context";
import { emptyState } from "./empty";
import { firstRun } from "./firstrun";
import { siteOf, type State } from "./state";

export function createNothing(app: App): Part {
  const root = h("section", { class: "nothing" });
  let drawn = "";
  return {
    root,
    update(s: State): void {
      toggle(root, s.open === null && s.view === "conversations");
      const site = siteOf(s);
      const kind = s.phase === "ready" && s.websites.length === 0 && s.me ? "none" : site?.used === false ? `first ${site.info.id} ${site.visitorCount}` : site?.pages.open.loaded ? "hint" : "";
      if (kind === drawn) return;
      drawn = kind;
      if (kind === "none") replaceChildren(root, emptyState(app.t.noWebsites, app.t.noWebsitesText));
      else if (kind.startsWith("first")) replaceChildren(root, firstRun(app, site!));
      else if (kind === "hint") replaceChildren(root, emptyState(app.t.nothingOpen, app.t.nothingOpenText, hints(app)));
      else replaceChildren(root);
    },
  };
}

function hints(app: App): HTMLElement {
  const line = (keys: readonly string[], words: string): HTMLElement =>
    h("li", null, h("span", { class: "keys" }, ...keys.map((k) => h("kbd", null, k))), words);
  return h("ul", { class: "hints" }, line(["J", "K"], app.t.keysMove), line(["Enter"], app.t.keysOpen), line(["?"], app.t.keysAll));
}

// The one line that puts the chat on a website.

import { h } from "../design/dom";
import { icon, iconCheck, iconCopy } from "../design/icons";
import type { App } from "./context";

/** snippetFor is the line for a website, for the node at origin. */
export function snippetFor(website: string, origin: string): string {
  const quote = (text: string): string => JSON.stringify(text).replace(/</gu, "\\u003c");
  return `<script>window.$crisp=[];window.CRISP_WEBSITE_ID=${quote(website)};(function(){var d=document,s=d.createElement("script");s.src=${quote(`${origin}/l.js`)};s.async=1;d.getElementsByTagName("head")[0].appendChild(s)})()</script>`;
}

/** snippetBox shows the line with a button that copies it. */
export function snippetBox(app: App, website: string): HTMLElement {
  const line = snippetFor(website, location.origin);
  const code = h("code", { class: "snippet-code", dir: "ltr", tabindex: 0, role: "textbox", "aria-readonly": "true", "aria-label": app.t.snippetLabel }, line);
  const words = h("span", { role: "status" }, app.t.copy);
  const glyph = h("span", { class: "snippet-icon" }, icon(iconCopy, "small"));
  const copy = h("button", { type: "button", class: "button primary", onclick: () => void copied() }, glyph, words);
  const copied = async (): Promise<void> => {
    if (!await toClipboard(line, code)) return;
    words.textContent = app.t.copied;
    glyph.replaceChildren(icon(iconCheck, "small"));
    setTimeout(() => {
      words.textContent = app.t.copy;
      glyph.replaceChildren(icon(iconCopy, "small"));
    }, 2_000);
  };
  return h("div", { class: "snippet" }, code, copy);
}

/** toClipboard copies, or selects the line where the browser does not let us. */
async function toClipboard(text: string, code: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(code);
    return false;
  }
}

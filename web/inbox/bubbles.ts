// What one message, note or outgoing text looks like. Text goes in as text; only http and https addresses become links.

import type { Attachment, MessageFrame } from "../protocol/frames";
import { httpUrl } from "../design/avatar";
import { h, replaceChildren } from "../design/dom";
import { icon, iconExternal, iconFile, iconImage, iconPlay } from "../design/icons";
import { isEmojiOnly, linked } from "../design/links";
import { formatFull } from "../design/format";
import type { App } from "./context";
import type { Item } from "./rows";

/** drawBubble makes the element of one item; its text never changes, only what is on its way does. */
export function drawBubble(app: App, item: Item): HTMLElement {
  const root = h("li", { class: "bubble-line" });
  updateBubble(app, root, item);
  return root;
}

export function updateBubble(app: App, root: HTMLElement, item: Item): void {
  const stage = item.kind === "outgoing" ? `${item.kind} ${item.outgoing.state} ${item.outgoing.error ?? ""}` : item.kind;
  if (root.dataset.stage === stage) return;
  root.dataset.stage = stage;
  root.className = item.kind === "outgoing" ? `bubble-line ${item.outgoing.state}` : "bubble-line";
  replaceChildren(root, bubble(app, item), item.kind === "outgoing" && item.outgoing.state === "failed" ? failure(app, item.outgoing.frame.id, item.outgoing.error) : null);
}

function bubble(app: App, item: Item): HTMLElement {
  switch (item.kind) {
    case "note": return textBubble(item.note.text, formatFull(item.note.at, app.locale));
    case "outgoing": return textBubble(item.outgoing.frame.t === "note" ? item.outgoing.frame.text : item.outgoing.frame.content);
    case "message": return messageBubble(app, item.message);
  }
}

function messageBubble(app: App, m: MessageFrame): HTMLElement {
  const when = formatFull(m.at, app.locale);
  return typeof m.content === "string" ? textBubble(m.content, when) : attachment(app, m.type, m.content, when);
}

function textBubble(text: string, title?: string): HTMLElement {
  const big = isEmojiOnly(text);
  return h("div", { class: big ? "bubble words emoji-only" : "bubble words", dir: "auto", title }, ...(big ? [document.createTextNode(text.trim())] : linked(text)));
}

const glyphs: Readonly<Record<string, string>> = { file: iconFile, animation: iconImage, audio: iconPlay };

/** An attachment is a link, never loaded here: whoever chose the address would learn where the agents are. */
function attachment(app: App, type: string, a: Attachment, title: string): HTMLElement {
  const href = httpUrl(a.url);
  const glyph = a.type?.startsWith("image/") ? iconImage : (glyphs[type] ?? iconFile);
  const kind = app.t.attachment[type as keyof typeof app.t.attachment] ?? app.t.attachment.file;
  const inside = [
    h("span", { class: "attachment-icon" }, icon(glyph)),
    h("span", { class: "attachment-text" },
      h("span", { class: "name", dir: "auto" }, a.name?.trim() || kind),
      h("span", { class: "attachment-host", dir: "ltr" }, [kind, hostOf(href)].filter(Boolean).join(" · "))),
    href ? icon(iconExternal, "small") : null,
  ];
  if (!href) return h("div", { class: "bubble attachment", title }, ...inside);
  return h("a", { class: "bubble attachment", href, target: "_blank", rel: "noopener noreferrer nofollow", title: app.t.openAttachment }, ...inside);
}

function hostOf(href: string): string {
  return href ? new URL(href).host : "";
}

function failure(app: App, id: string, error: string | undefined): HTMLElement {
  return h("div", { class: "failure", role: "alert" },
    h("span", null, app.t.failedFor[error ?? ""] ?? app.t.failed),
    h("button", { type: "button", class: "link-button", onclick: () => app.client.retry(id) }, app.t.retry),
    h("button", { type: "button", class: "link-button", onclick: () => app.client.discard(id) }, app.t.discard));
}

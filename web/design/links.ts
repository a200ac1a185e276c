import { h } from "./dom";
import { httpUrl } from "./avatar";

/** A part of a text: plain words, or words that are an address. */
export interface Part {
  text: string;
  href?: string;
}

const address = /(?:https?:\/\/|www\.)[^\s<>"“”«»]+/giu;
const trailing = /[.,;:!?'"’)\]}…]+$/u;

/** linkParts finds the http and https addresses in a text. Punctuation behind one is not part of it; a closing bracket is when it was opened inside. */
export function linkParts(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(address)) {
    const found = trimmed(match[0]);
    const href = httpUrl(found.toLowerCase().startsWith("www.") ? `https://${found}` : found);
    if (!href) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index) });
    parts.push({ text: found, href });
    end = match.index + found.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

function trimmed(found: string): string {
  const tail = trailing.exec(found)?.[0] ?? "";
  let cut = found.length - tail.length;
  for (const c of tail) {
    if (c !== ")" || count(found.slice(0, cut), "(") <= count(found.slice(0, cut), ")")) break;
    cut++;
  }
  return found.slice(0, cut);
}

function count(text: string, c: string): number {
  return text.split(c).length - 1;
}

/** linked is a text as nodes, its addresses as links that tell the other site nothing and cannot reach this page. */
export function linked(text: string): Node[] {
  return linkParts(text).map((p) => p.href
    ? h("a", { href: p.href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, p.text)
    : document.createTextNode(p.text));
}

/** isEmojiOnly reports whether a text is one to three emoji and nothing else: those are shown large. */
export function isEmojiOnly(text: string): boolean {
  const compact = text.replace(/\s/gu, "");
  if (!compact || compact.length > 24 || !/^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3])+$/u.test(compact)) return false;
  const joined = compact.match(/\p{Regional_Indicator}{2}|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*(?:\u200d\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*)*/gu) ?? [];
  return joined.length >= 1 && joined.length <= 3;
}

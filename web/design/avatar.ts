import { h } from "./dom";

const tones = 8;

/** toneOf picks one of the eight tones (class tone-0 … tone-7) by an id: the same person has the same colour everywhere. */
export function toneOf(id: string): number {
  let hash = 0x811c9dc5; // FNV-1a
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % tones;
}

/** initialsOf is the first letters of the first and the last word of a name: letters, not punctuation or emoji; "" when there is none. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/u).map((w) => /\p{L}|\p{N}/u.exec(w)?.[0] ?? "").filter(Boolean);
  if (!words.length) return "";
  return (words[0]! + (words.length > 1 ? words[words.length - 1]! : "")).toLocaleUpperCase();
}

/** httpsUrl returns the address when it is one of http or https, else "". */
export function httpUrl(text: string | undefined): string {
  try {
    const url = new URL(text ?? "");
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : "";
  } catch {
    return "";
  }
}

/** avatar shows a person: the picture over the initials, so that a picture that does not load leaves the initials. */
export function avatar(person: { id: string; name: string; avatar?: string }, size: "" | "small" | "large" = ""): HTMLElement {
  const src = httpUrl(person.avatar);
  const picture = src && h("img", { src, alt: "", loading: "lazy", referrerpolicy: "no-referrer", onerror: (e) => (e.target as Element).remove() });
  return h("span", { class: `avatar tone-${toneOf(person.id)} ${size}`.trim(), "aria-hidden": "true" }, initialsOf(person.name) || "•", picture || null);
}

import { h, type Child } from "../design/dom";
import { httpUrl } from "../design/avatar";
import { icon, iconExternal, iconFile } from "../design/icons";
import { isEmojiOnly, linked } from "../design/links";
import type { Strings } from "./strings";

/** Answer sends what the visitor chose or filled in, as the visitor's own words. */
export type Answer = (text: string) => void;

interface Content {
  url?: string;
  type?: string;
  name?: string;
  text?: string;
  explain?: string;
  choices?: { value?: string; label?: string; selected?: boolean }[];
  targets?: { title?: string; description?: string; image?: string; actions?: { label?: string; url?: string }[] }[];
}

/** contentOf shows what a message says. Everything in it is data: text stands in text nodes, addresses are http or https or are left out. */
export function contentOf(type: string, content: unknown, words: Strings, answer: Answer): HTMLElement {
  if (typeof content === "string") return text(content);
  const c = (typeof content === "object" && content !== null ? content : {}) as Content;
  switch (type) {
    case "file": return file(c, words);
    case "animation": return picture(c, words);
    case "audio": return audio(c);
    case "picker": return picker(c, answer);
    case "field": return field(c, words, answer);
    case "carousel": return carousel(c);
    default: return text(string(c.text));
  }
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function text(words: string): HTMLElement {
  const emoji = isEmojiOnly(words);
  return h("div", { class: emoji ? "emoji-only" : "bubble words", dir: "auto" }, ...(emoji ? [words] : linked(words)));
}

function link(url: string, attrs: Record<string, unknown>, ...children: Child[]): HTMLElement {
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", ...attrs }, ...children);
}

function file(c: Content, words: Strings): HTMLElement {
  if (string(c.type).startsWith("image/")) return picture(c, words);
  const url = httpUrl(c.url);
  const name = string(c.name) || words.file;
  const inside: Child[] = [icon(iconFile), h("span", { class: "file-name", dir: "auto" }, name), url ? icon(iconExternal, "small") : null];
  return url ? link(url, { class: "bubble file" }, ...inside) : h("div", { class: "bubble file" }, ...inside);
}

/** picture shows an image; where it does not load, as under a strict policy of the page, a link stays. */
function picture(c: Content, words: Strings): HTMLElement {
  const url = httpUrl(c.url);
  if (!url) return text(string(c.name) || words.file);
  const name = string(c.name) || words.file;
  const frame = link(url, { class: "picture" });
  frame.append(h("img", {
    src: url, alt: name, loading: "lazy", referrerpolicy: "no-referrer",
    onerror: () => frame.replaceWith(file({ url, name }, words)),
  }));
  return frame;
}

function audio(c: Content): HTMLElement {
  const url = httpUrl(c.url);
  return url ? h("audio", { class: "audio", controls: true, preload: "none", src: url }) : text("");
}

function picker(c: Content, answer: Answer): HTMLElement {
  const buttons = (Array.isArray(c.choices) ? c.choices : []).map((choice) => {
    const label = string(choice?.label) || string(choice?.value);
    const button: HTMLButtonElement = h("button", {
      class: "choice", type: "button", dir: "auto", "aria-pressed": String(choice?.selected === true),
      onclick: () => {
        for (const b of buttons) b.disabled = true;
        button.setAttribute("aria-pressed", "true");
        answer(label);
      },
    }, label);
    return button;
  });
  return h("div", { class: "stack" }, string(c.text) && text(string(c.text)), h("div", { class: "choices" }, ...buttons));
}

function field(c: Content, words: Strings, answer: Answer): HTMLElement {
  const input = h("input", { class: "input", type: "text", maxlength: 1000, dir: "auto", "aria-label": string(c.explain) || string(c.text), placeholder: string(c.explain) });
  const button = h("button", { class: "button", type: "submit" }, words.submit);
  return h("div", { class: "stack" }, string(c.text) && text(string(c.text)), h("form", {
    class: "card form",
    onsubmit: (e) => {
      e.preventDefault();
      if (!input.value.trim() || button.disabled) return;
      input.disabled = button.disabled = true;
      answer(input.value.trim());
    },
  }, input, button));
}

function carousel(c: Content): HTMLElement {
  const cards = (Array.isArray(c.targets) ? c.targets : []).map((target) => {
    const image = httpUrl(target?.image);
    const actions = (Array.isArray(target?.actions) ? target.actions : []).map((a) => {
      const url = httpUrl(a?.url);
      return url && link(url, { class: "choice", dir: "auto" }, string(a.label) || url);
    });
    return h("div", { class: "card target" },
      image && h("img", { src: image, alt: "", loading: "lazy", referrerpolicy: "no-referrer", onerror: (e) => (e.target as Element).remove() }),
      h("div", { class: "target-title words", dir: "auto" }, string(target?.title)),
      string(target?.description) && h("div", { class: "words", dir: "auto" }, string(target?.description)),
      h("div", { class: "choices" }, ...actions.map((a) => a || null)));
  });
  return h("div", { class: "stack" }, string(c.text) && text(string(c.text)), h("div", { class: "carousel", tabindex: 0 }, ...cards));
}

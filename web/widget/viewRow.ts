import { h, replaceChildren } from "../design/dom";
import { avatar } from "../design/avatar";
import { icon, iconCheck, iconChecks, iconClock, iconWarning } from "../design/icons";
import { formatDay, formatFull, formatTime } from "../design/format";
import { contentOf } from "./viewContent";
import { fill, type Language } from "./strings";
import type { MessageRow, Row } from "./rows";

/** RowActions are what the visitor can do with a row. */
export interface RowActions {
  retry(id: string): void;
  discard(id: string): void;
  answer(text: string): void;
  leaveEmail(email: string): void;
}

/** RowView makes and changes the elements of rows. */
export class RowView {
  private readonly shown = new WeakMap<HTMLElement, string>();

  constructor(private readonly l: Language, private readonly actions: RowActions, private readonly now: () => number) {}

  create(row: Row): HTMLElement {
    const element = this.make(row);
    this.shown.set(element, signature(row));
    return element;
  }

  update(element: HTMLElement, row: Row): void {
    const s = signature(row);
    if (this.shown.get(element) === s) return;
    this.shown.set(element, s);
    if (row.kind === "message") this.dress(element, row);
    else element.replaceChildren(...Array.from(this.make(row).childNodes));
  }

  private make(row: Row): HTMLElement {
    switch (row.kind) {
      case "message": return this.message(row);
      case "day": return h("div", { class: "day" }, h("span", null, formatDay(row.at, this.l.locale, this.now())));
      case "skeleton": return h("div", { class: "skeletons" },
        h("span", { class: "hidden-text" }, this.l.strings.older),
        h("span", { class: "skeleton" }), h("span", { class: "skeleton short" }), h("span", { class: "skeleton mine" }));
      case "typing": return h("div", { class: "row theirs first last" },
        h("div", { class: "side" }, avatar(row.by)),
        h("div", { class: "body" }, h("div", { class: "bubble dots" },
          h("span", { class: "typing-dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
          h("span", { class: "hidden-text" }, fill(this.l.strings.typing, { name: row.by.name })))));
      case "deleted": return h("div", { class: "notice" }, this.l.strings.deleted);
      case "away": return h("div", { class: "away" }, ...(row.thanks ? [this.thanks(row.thanks)] : this.ask()));
    }
  }

  private message(row: MessageRow): HTMLElement {
    const element = h("div", null,
      h("div", { class: "side" }),
      h("div", { class: "body" }, contentOf(row.type, row.content, this.l.strings, (text) => this.actions.answer(text)), h("div", { class: "meta" })));
    this.dress(element, row);
    return element;
  }

  /** dress sets what changes in a message's life: its place in the group, its time, how far it came. The content is made once. */
  private dress(element: HTMLElement, row: MessageRow): void {
    element.className = ["row", row.mine ? "mine" : "theirs", row.first && "first", row.last && "last", row.progress].filter(Boolean).join(" ");
    const side = element.firstElementChild!;
    const wanted = !row.mine && row.last;
    if (wanted !== side.childElementCount > 0) replaceChildren(side, wanted && avatar(row.by));
    replaceChildren(element.querySelector(".meta")!, ...this.meta(row));
  }

  private meta(row: MessageRow): (Node | string)[] {
    const words = this.l.strings;
    if (row.progress === "failed") {
      const why = row.error === "blocked" ? words.blocked : row.error === "text_too_long" ? words.tooLong : words.failed;
      return [icon(iconWarning, "small"), h("span", null, why),
        ...(row.error === "blocked" ? [] : [h("button", { class: "link", type: "button", onclick: () => this.actions.retry(row.key) }, words.retry)]),
        h("button", { class: "link", type: "button", onclick: () => this.actions.discard(row.key) }, words.discard)];
    }
    if (!row.last && !(row.mine && row.telling)) return [];
    const time = row.at ? h("time", { datetime: new Date(row.at).toISOString(), title: formatFull(row.at, this.l.locale) }, formatTime(row.at, this.l.locale)) : null;
    if (!row.mine) return time ? [h("span", { class: "name", dir: "auto" }, row.by.name), dot(), time] : [];
    if (!row.telling || !row.progress) return time ? [time] : [];
    const state = { queued: words.queued, sending: words.sending, sent: words.sent, delivered: words.delivered, read: words.read }[row.progress];
    const sign = row.progress === "read" || row.progress === "delivered" ? iconChecks : row.progress === "sent" ? iconCheck : iconClock;
    return [icon(sign, "small"), h("span", null, state), ...(time && row.progress !== "sending" && row.progress !== "queued" ? [dot(), time] : [])];
  }

  private ask(): Node[] {
    const words = this.l.strings;
    const input = h("input", { class: "input", type: "email", autocomplete: "email", inputmode: "email", dir: "ltr", placeholder: words.emailLabel, "aria-label": words.emailLabel, maxlength: 256 });
    const wrong = h("div", { class: "wrong", role: "alert" });
    return [h("form", {
      class: "card form", novalidate: true,
      onsubmit: (e) => {
        e.preventDefault();
        const email = input.value.trim();
        if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email)) {
          wrong.textContent = words.emailWrong;
          input.setAttribute("aria-invalid", "true");
          input.focus();
          return;
        }
        this.actions.leaveEmail(email);
      },
    }, h("p", null, words.awayNote), h("div", { class: "line" }, input, h("button", { class: "button", type: "submit" }, words.emailSend)), wrong)];
  }

  private thanks(email: string): Node {
    return h("div", { class: "card form done" }, icon(iconCheck), h("p", { class: "words", dir: "auto" }, fill(this.l.strings.emailThanks, { name: email })));
  }
}

function dot(): HTMLElement {
  return h("span", { "aria-hidden": "true" }, "·");
}

/** signature is everything of a row that its element shows and that can change. */
function signature(row: Row): string {
  switch (row.kind) {
    case "message": return [row.mine, row.first, row.last, row.at, row.progress, row.error, row.telling, row.by.id].join();
    case "away": return row.thanks;
    case "typing": return row.by.id;
    default: return "";
  }
}

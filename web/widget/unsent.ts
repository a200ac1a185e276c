// What a page keeps for the next page of the same tab: words that were not stored yet, the draft, and whether the chat stood open.
// In sessionStorage, without anything that names the visitor (P1); gone when the tab closes.

import type { Outgoing } from "../protocol/outbox";
import type { OutgoingMessage } from "./state";

export interface Unsent {
  items: readonly Outgoing<OutgoingMessage>[];
  draft: string;
  open: boolean;
}

const maxItems = 64; // the server lets so many wait; a longer queue is no conversation

export class UnsentStore {
  private readonly key: string;
  private now: Unsent;

  constructor(website: string, private readonly storage: () => Storage = () => sessionStorage) {
    this.key = `parlor-client/unsent/${website}`;
    this.now = this.load();
  }

  get(): Unsent {
    return this.now;
  }

  put(change: Partial<Unsent>): void {
    this.now = { ...this.now, ...change };
    const empty = !this.now.items.length && !this.now.draft && !this.now.open;
    try {
      if (empty) this.storage().removeItem(this.key);
      else this.storage().setItem(this.key, JSON.stringify({ ...this.now, items: this.now.items.slice(0, maxItems) }));
    } catch {
      // Storage is full or forbidden: the words live as long as the page.
    }
  }

  clear(): void {
    this.put({ items: [], draft: "" });
  }

  private load(): Unsent {
    const none: Unsent = { items: [], draft: "", open: false };
    try {
      const value = JSON.parse(this.storage().getItem(this.key) ?? "null") as Partial<Unsent> | null;
      if (!value) return none;
      return {
        items: Array.isArray(value.items) ? value.items.filter(isItem) : [],
        draft: typeof value.draft === "string" ? value.draft : "",
        open: value.open === true,
      };
    } catch {
      return none;
    }
  }
}

function isItem(item: unknown): item is Outgoing<OutgoingMessage> {
  const i = item as Outgoing<OutgoingMessage> | null;
  return typeof i === "object" && i !== null && typeof i.frame?.id === "string" && i.frame.t === "message" &&
    (i.state === "sending" || i.state === "failed");
}

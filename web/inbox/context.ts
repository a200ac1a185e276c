import type { Client } from "./client";
import type { Deeds } from "./deeds";
import type { Drafts } from "./drafts";
import type { PrefStore } from "./prefs";
import type { Opened, State, View } from "./state";
import type { Store } from "./store";
import type { Strings } from "./strings";
import type { Toaster } from "./toast";

/** App is what the views have in common. */
export interface App {
  readonly store: Store;
  readonly client: Client;
  readonly deeds: Deeds;
  readonly drafts: Drafts;
  readonly prefs: PrefStore;
  readonly toaster: Toaster;
  readonly t: Strings;
  /** The reader's locale, for times. */
  readonly locale: string;
  /** Aborted when the inbox ends: what listens beyond its own elements listens as long. */
  readonly ending: AbortSignal;
  /** show goes to a view, and to a conversation in it. */
  show(view: View, open?: Opened | null, replace?: boolean): void;
  switchTo(website: string): void;
  openPalette(): void;
  openHelp(): void;
  logout(): Promise<void>;
}

/** Part is a piece of the page that is drawn from the state. */
export interface Part {
  readonly root: HTMLElement;
  update(s: State): void;
}

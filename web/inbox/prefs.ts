// An agent's own settings of this browser. They identify nobody, so they may be kept (P1 forbids identifiers, not a choice of colours).

export type Theme = "system" | "light" | "dark";

export interface Prefs {
  readonly theme: Theme;
  readonly sound: boolean;
  readonly notify: boolean;
  readonly keys: boolean;
}

const key = "parlor-inbox-settings";
const defaults: Prefs = { theme: "system", sound: true, notify: false, keys: true };
const themes: readonly string[] = ["system", "light", "dark"];

/** PrefStore keeps the settings where the browser lets it, in memory where not. */
export class PrefStore {
  private prefs: Prefs;
  private readonly watchers = new Set<(p: Prefs) => void>();

  constructor(private readonly storage: Pick<Storage, "getItem" | "setItem"> | null = browserStorage()) {
    this.prefs = this.load();
  }

  get(): Prefs {
    return this.prefs;
  }

  set(change: Partial<Prefs>): void {
    this.prefs = { ...this.prefs, ...change };
    try {
      this.storage?.setItem(key, JSON.stringify(this.prefs));
    } catch {
      // Full or forbidden: the setting holds until the page is left.
    }
    for (const f of this.watchers) f(this.prefs);
  }

  watch(f: (p: Prefs) => void): void {
    this.watchers.add(f);
    f(this.prefs);
  }

  private load(): Prefs {
    try {
      return valid(JSON.parse(this.storage?.getItem(key) ?? "null"));
    } catch {
      return defaults;
    }
  }
}

function valid(value: unknown): Prefs {
  if (typeof value !== "object" || value === null) return defaults;
  const v = value as Record<string, unknown>;
  const flag = (name: "sound" | "notify" | "keys"): boolean => (typeof v[name] === "boolean" ? v[name] : defaults[name]);
  const theme = typeof v.theme === "string" && themes.includes(v.theme) ? (v.theme as Theme) : defaults.theme;
  return { theme, sound: flag("sound"), notify: flag("notify"), keys: flag("keys") };
}

function browserStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

/** applyTheme puts the theme on the document; the system's is the absence of one. */
export function applyTheme(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

// What the page says in globals. They are read each time they are needed: pages set some of them late, and delete others.

/** RuntimeConfig is the page's CRISP_RUNTIME_CONFIG. `color_scheme` is Parlor's own. */
export interface RuntimeConfig {
  locale?: string;
  session_merge?: boolean;
  lock_maximized?: boolean;
  lock_full_view?: boolean;
  disable_full_view?: boolean;
  color_scheme?: "light" | "dark" | "auto";
}

function read(name: string): unknown {
  const page = window as unknown as Record<string, unknown>;
  return page[`PARLOR_${name}`] ?? page[`CRISP_${name}`];
}

function text(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

export const globals = {
  websiteId: (): string => text(read("WEBSITE_ID")),
  /** The page's own name for its visitor: the same session on any device. */
  tokenId: (): string => text(read("TOKEN_ID")),
  cookieDomain: (): string => text(read("COOKIE_DOMAIN")).replace(/^\./, ""),
  /** Seconds; 0 when the page does not say. */
  cookieExpire: (): number => {
    const seconds = Number(read("COOKIE_EXPIRE"));
    return Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : 0;
  },
  runtime: (): RuntimeConfig => {
    const config = read("RUNTIME_CONFIG");
    return typeof config === "object" && config !== null ? (config as RuntimeConfig) : {};
  },
  readyTrigger: (): (() => void) | null => {
    const ready = read("READY_TRIGGER");
    return typeof ready === "function" ? (ready as () => void) : null;
  },
};

export type Globals = typeof globals;

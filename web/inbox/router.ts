// Where the agent is, as the address behind "#": it survives a reload, works with the browser's back button, and never reaches a server's log.

import type { Opened, View } from "./state";

export interface Place {
  readonly view: View;
  readonly website: string;
  readonly open: Opened | null;
}

const letters: Readonly<Record<View, string>> = { conversations: "c", visitors: "v", settings: "s" };

export function formatPlace(p: Place): string {
  const parts = [p.website, letters[p.view]];
  if (p.open && p.view !== "settings") parts.push(p.open.session);
  return `#/${parts.map(encodeURIComponent).join("/")}`;
}

/** parsePlace reads an address; what it does not understand is the list of conversations. */
export function parsePlace(hash: string): Place {
  const [website = "", letter = "", session = ""] = hash.replace(/^#\/?/u, "").split("/").map(decoded);
  const view = (Object.keys(letters) as View[]).find((v) => letters[v] === letter) ?? "conversations";
  const open = website && session.startsWith("session_") && view !== "settings" ? { website, session } : null;
  return { view, website, open };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

/** Router keeps the address and tells who changes it. */
export class Router {
  constructor(private readonly onPlace: (p: Place) => void, ending: AbortSignal) {
    window.addEventListener("popstate", () => this.onPlace(parsePlace(location.hash)), { signal: ending });
  }

  current(): Place {
    return parsePlace(location.hash);
  }

  /** go moves on; with `replace` the back button does not come here. */
  go(p: Place, replace = false): void {
    const address = formatPlace(p);
    if (address !== location.hash) {
      if (replace) history.replaceState(null, "", address);
      else history.pushState(null, "", address);
    }
    this.onPlace(p);
  }
}

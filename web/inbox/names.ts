import { knownLocale } from "../design/format";
import type { LiveVisitor, Summary } from "../protocol/frames";
import type { Strings } from "./strings";

/** nameOf is what a visitor is called: the name they go by, else "Visitor" and the end of their session's id. */
export function nameOf(x: Pick<Summary | LiveVisitor, "session" | "name">, t: Strings): string {
  return x.name?.trim() || t.visitorNamed(x.session.slice(-4));
}

/** languageName is what a language is called in the reader's own; its tag where nobody has a name for it. */
export function languageName(tag: string, locale: string): string {
  const known = tag && knownLocale(tag);
  if (!known) return tag;
  try {
    return new Intl.DisplayNames([locale, "en"], { type: "language" }).of(known) ?? tag;
  } catch {
    return tag;
  }
}

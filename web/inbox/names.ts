import type { LiveVisitor, Summary } from "../protocol/frames";
import type { Strings } from "./strings";

/** nameOf is what a visitor is called: the name they go by, else "Visitor" and the end of their session's id. */
export function nameOf(x: Pick<Summary | LiveVisitor, "session" | "name">, t: Strings): string {
  return x.name?.trim() || t.visitorNamed(x.session.slice(-4));
}

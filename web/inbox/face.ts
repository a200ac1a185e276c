import { avatar, initialsOf, toneOf } from "../design/avatar";
import { h } from "../design/dom";
import { icon, iconPerson } from "../design/icons";

/**
 * visitorFace is a visitor as a round sign: initials, or a person where there is no name. Never a picture: the page may give any address
 * as the visitor's, and loading it would tell that server where the agents are.
 */
export function visitorFace(session: string, name: string | null | undefined, size: "" | "small" | "large" = ""): HTMLElement {
  const called = name?.trim() ?? "";
  if (initialsOf(called)) return avatar({ id: session, name: called }, size);
  return h("span", { class: `avatar nameless tone-${toneOf(session)} ${size}`.trim(), "aria-hidden": "true" }, icon(iconPerson, size === "small" ? "small" : ""));
}

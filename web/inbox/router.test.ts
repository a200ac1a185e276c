import { equal, test } from "../testing/harness";
import { formatPlace, parsePlace } from "./router";

test("a place survives its address", () => {
  const place = { view: "conversations", website: "w", open: { website: "w", session: "session_1" } } as const;
  equal(parsePlace(formatPlace(place)), place);
  equal(formatPlace({ ...place, view: "settings" }), "#/w/s");
});

test("what is no place is the list", () => {
  for (const hash of ["", "#", "#/", "#/%E0%A4%A", "#/w/x", "#nothing/at/all/of/this"]) {
    equal([parsePlace(hash).view, parsePlace(hash).open], ["conversations", null], hash);
  }
  equal(parsePlace("#/w/c/not-a-session").open, null);
});

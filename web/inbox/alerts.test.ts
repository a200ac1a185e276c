import { equal, test } from "../testing/harness";
import type { Summary } from "../protocol/frames";
import { newWords, titleOf } from "./alerts";
import { initialState, newSite, noPages, type State } from "./state";
import { stringsFor } from "./strings";

const { strings: t } = stringsFor(["en"]);

function summary(change: Partial<Summary> = {}): Summary {
  return {
    session: "s", name: null, state: "unresolved", unread: 1, assigned: null, last: { seq: 2, from: "visitor", text: "Hi", at: 1 }, active_at: 1,
    online: true, blocked: false, version: 2, ...change,
  };
}

function state(...known: Summary[]): State {
  const site = {
    ...newSite({ id: "w", name: "W", color: "blue" }), pages: { ...noPages, open: { loaded: true, loading: false, next: null, floor: -Infinity } },
    summaries: Object.fromEntries(known.map((c) => [c.session, c])),
  };
  return { ...initialState, phase: "ready", sites: { w: site } };
}

const calls = (before: State, c: Summary): boolean => newWords({ t: "conversation", website: "w", conversation: c }, before) !== null;

test("new words of a visitor call", () => {
  equal([calls(state(), summary()), calls(state(summary({ version: 1, last: { seq: 1, from: "agent", text: "Hello", at: 0 } })), summary())], [true, true]);
});

test("nothing else does", () => {
  const known = summary({ version: 1 });
  equal(calls(state(known), summary()), false, "the same words, another change");
  equal(calls(state(), summary({ last: { seq: 2, from: "agent", text: "Hi", at: 1 } })), false, "an agent");
  equal(calls(state(), summary({ blocked: true })), false, "somebody blocked");
  equal(calls(state(), summary({ unread: 0 })), false, "what another agent has read");
  equal(calls(initialState, summary()), false, "before the list is there");
});

test("the title counts conversations, not messages, and nothing after the login ended", () => {
  const s = state(summary({ unread: 7 }), summary({ session: "b", unread: 1 }), summary({ session: "c", unread: 0 }));
  equal([titleOf({ t }, s), titleOf({ t }, state()), titleOf({ t }, { ...s, phase: "login" })], ["(2) Parlor", "Parlor", "Parlor"]);
});

import { equal, test } from "../testing/harness";
import type { InboxFrame, Summary } from "../protocol/frames";
import { changed, listOf, overlaid, paged, present, removed, searched, settled, subscribed, summaryOf, unreadOf, visited, visitorsOf } from "./site";
import { newSite, type Site } from "./state";

const website = "w";

function summary(session: string, at: number, change: Partial<Summary> = {}): Summary {
  return {
    session, name: null, state: "unresolved", unread: 0, assigned: null, last: { seq: 1, from: "visitor", text: session, at }, active_at: at,
    online: false, blocked: false, version: 1, ...change,
  };
}

function inbox(conversations: Summary[], change: Partial<InboxFrame> = {}): InboxFrame {
  return { t: "inbox", website, conversations, visitors: 0, agents: [], ...change } as InboxFrame;
}

function site(...conversations: Summary[]): Site {
  return subscribed(newSite({ id: website, name: "W", color: "blue" }), inbox(conversations), "open");
}

const names = (s: Site, filter: "open" | "resolved" | "all" = "open"): string[] => listOf(s, filter).map((c) => c.session);

test("the list is what was active last, and news moves a conversation up", () => {
  const s = site(summary("a", 10), summary("b", 20));
  equal(names(s), ["b", "a"]);
  equal(names(changed(s, summary("a", 30, { version: 2 }))), ["a", "b"]);
});

test("an older version changes nothing", () => {
  const s = changed(site(summary("a", 10, { version: 5, unread: 1 })), summary("a", 9, { version: 4 }));
  equal(s.summaries.a?.unread, 1);
});

test("a resolved conversation leaves the open list for the resolved one", () => {
  let s = paged(site(summary("a", 10)), inbox([]), "resolved");
  s = changed(s, summary("a", 11, { version: 2, state: "resolved" }));
  equal([names(s), names(s, "resolved")], [[], ["a"]]);
});

test("nothing older than the loaded pages shows, so that no gap is hidden", () => {
  let s = subscribed(newSite({ id: website, name: "W", color: "blue" }), inbox([summary("b", 20)], { next: "cursor" }), "open");
  s = changed(s, summary("old", 5));
  equal(names(s), ["b"]);
  s = paged(s, inbox([summary("old", 5)]), "open");
  equal(names(s), ["b", "old"]);
});

test("an agent's deed shows at once and stays until the server's word is newer", () => {
  let s = overlaid(site(summary("a", 10)), "a", { assigned: "me" }, 1);
  equal(summaryOf(s, "a")?.assigned, "me");
  s = settled(s, "a", 1, true);
  equal(summaryOf(s, "a")?.assigned, "me", "acked, the news is on its way");
  s = changed(s, summary("a", 10, { version: 2, assigned: "other" }));
  equal(summaryOf(s, "a")?.assigned, "other");
});

test("a refused deed goes back, but not the one after it", () => {
  const first = overlaid(site(summary("a", 10)), "a", { state: "resolved" }, 1);
  equal(summaryOf(settled(first, "a", 1, false), "a")?.state, "unresolved");
  const second = overlaid(first, "a", { state: "pending" }, 2);
  equal(summaryOf(settled(second, "a", 1, false), "a")?.state, "pending");
});

test("what is removed is nowhere any more", () => {
  const s = removed(overlaid(site(summary("a", 10, { unread: 2 })), "a", { unread: 3 }, 1), "a");
  equal([names(s), unreadOf(s), s.overlays], [[], 0, {}]);
});

test("subscribing again drops what the server no longer lists", () => {
  const s = subscribed(site(summary("a", 10), summary("b", 20)), inbox([summary("b", 20)]), "open");
  equal(names(s), ["b"]);
});

test("a website was never used only when its whole list is empty", () => {
  const fresh = site();
  equal([fresh.used, paged(fresh, inbox([]), "resolved").used, paged(fresh, inbox([]), "all").used], [null, null, false]);
  equal(changed(paged(fresh, inbox([]), "all"), summary("a", 1)).used, true);
});

test("agents who are not named are away, not gone", () => {
  const s = present({ ...site(), agents: [{ id: "a", name: "Ada", online: true }, { id: "b", name: "Ben", online: true }] }, [{ id: "b", name: "Ben" }]);
  equal(s.agents.map((a) => [a.id, a.online]), [["a", false], ["b", true]]);
});

test("visitors come, go, and start over", () => {
  const visitor = (session: string, since: number) => ({ session, name: null, page: null, locale: "en", since, pages: 1, ongoing: false });
  const frame = (visitors: object[], gone: string[], reset: boolean) => ({ t: "visitors", website, count: 9, reset, visitors, gone }) as never;
  let s = visited(site(), frame([visitor("a", 1), visitor("b", 2)], [], true));
  equal([visitorsOf(s).map((v) => v.session), s.visitorCount], [["b", "a"], 9]);
  s = visited(s, frame([visitor("c", 3)], ["b"], false));
  equal(visitorsOf(s).map((v) => v.session), ["c", "a"]);
  equal(visitorsOf(visited(s, frame([], [], true))), []);
});

test("the search looks at names and last words", () => {
  const list = listOf(site(summary("a", 1, { name: "Marie" }), summary("b", 2, { last: { seq: 1, from: "visitor", text: "The PARCEL", at: 2 } })), "open");
  const find = (text: string): string[] => searched(list, text, (c) => c.name ?? "").map((c) => c.session);
  equal([find("marie"), find(" parcel "), find("nobody"), find("  ").length], [["a"], ["b"], [], 2]);
});

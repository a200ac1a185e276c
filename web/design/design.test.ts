import { equal, ok, test } from "../testing/harness";
import { dayOf, formatAgo, formatDay, formatShort, formatTime, knownLocale, formatBytes } from "./format";
import { avatar, httpUrl, initialsOf, toneOf } from "./avatar";
import { isEmojiOnly, linked, linkParts } from "./links";
import { h, reconcile, setAttr } from "./dom";
import { emojiGroups } from "./emoji";

const now = new Date(2026, 4, 20, 15, 30).getTime();
const hour = 3_600_000;

test("days are named as people name them", () => {
  equal(formatDay(now, "en", now), "Today");
  equal(formatDay(now - 24 * hour, "en", now), "Yesterday");
  equal(formatDay(now - 3 * 24 * hour, "en", now), "Sunday");
  equal(formatDay(new Date(2026, 0, 2, 9).getTime(), "en", now), "Fri, January 2");
  equal(formatDay(new Date(2024, 0, 2, 9).getTime(), "de", now), "2. Januar 2024");
  equal(formatDay(now, "fr", now), "Aujourd’hui");
  equal(formatShort(now - 24 * hour, "en", now), "Yesterday");
  equal(formatTime(now, "de"), "15:30");
});

test("a day ends at the reader's midnight", () => {
  equal(dayOf(new Date(2026, 4, 20, 0, 0, 1).getTime()) - dayOf(new Date(2026, 4, 19, 23, 59, 59).getTime()), 1);
  equal(dayOf(new Date(2026, 2, 29, 12).getTime()) - dayOf(new Date(2026, 2, 28, 12).getTime()), 1, "over the change to summer time");
});

test("times ago", () => {
  equal([5_000, 61_000, 2 * hour, 50 * hour].map((ms) => formatAgo(now - ms, "en", now)), ["now", "1 min. ago", "2 hr. ago", "2 days ago"]);
});

test("a locale that is none falls back to the browser's", () => {
  equal(knownLocale("not a locale"), undefined);
  equal(knownLocale("fr-ca"), "fr-CA");
  equal(formatBytes(1_234_567, "en"), "1.2 MB");
});

test("initials are letters, in any script", () => {
  equal(["Ada Lovelace", "ada", "  Marie-Claire  du Pont ", "Жанна д’Арк", "李 小龙", "🙂", "", "(Bob)", "R2 D2"].map(initialsOf), ["AL", "A", "MP", "ЖД", "李小", "", "", "B", "RD"]);
});

test("the same id has the same tone, and all eight are used", () => {
  equal(toneOf("a"), toneOf("a"));
  equal(new Set(Array.from({ length: 200 }, (_, i) => toneOf(`id-${i}`))).size, 8);
});

test("an avatar's picture is of http or https, or is left out", () => {
  equal(avatar({ id: "1", name: "Ada", avatar: "javascript:alert(1)" }).querySelector("img"), null);
  equal(avatar({ id: "1", name: "Ada", avatar: "https://example.com/a.png" }).querySelector("img")?.src, "https://example.com/a.png");
  equal(["https://a.example/x y", "data:text/html,x", "file:///etc", "//a.example", "", undefined].map(httpUrl), ["https://a.example/x%20y", "", "", "", "", ""]);
});

test("addresses in a text become links, punctuation stays outside", () => {
  equal(linkParts("See https://a.example/x?y=1, or www.b.example."), [
    { text: "See " }, { text: "https://a.example/x?y=1", href: "https://a.example/x?y=1" }, { text: ", or " },
    { text: "www.b.example", href: "https://www.b.example/" }, { text: "." },
  ]);
  equal(linkParts("(https://a.example/w_(x))")[1]!.text, "https://a.example/w_(x)");
  equal(linkParts("javascript:alert(1) ftp://x data:text/html,a"), [{ text: "javascript:alert(1) ftp://x data:text/html,a" }]);
  equal(linkParts("https://"), [{ text: "https://" }]);
  equal(linkParts("https://a.example/<script>")[0]!.href, "https://a.example/");
});

test("a link tells the other site nothing", () => {
  const a = linked("https://a.example")[0] as HTMLAnchorElement;
  equal([a.rel, a.target], ["noopener noreferrer nofollow", "_blank"]);
});

test("up to three emoji alone are shown large", () => {
  equal(["🙂", "👍🏽", "👨‍👩‍👧", "🇩🇪", "❤️", "🙂🙂🙂", "🎉 🎉"].map(isEmojiOnly), [true, true, true, true, true, true, true]);
  equal(["", "a", "1", "#", "🙂🙂🙂🙂", "🙂!", "12"].map(isEmojiOnly), [false, false, false, false, false, false, false]);
});

test("the picker holds each emoji once", () => {
  const all = emojiGroups.flatMap((g) => g.split(" "));
  equal(new Set(all).size, all.length);
  ok(all.every(isEmojiOnly), "each is one emoji");
});

test("text is never markup", () => {
  const element = h("p", { title: "<b>" }, "<img src=x onerror=alert(1)>", 1, null, false);
  equal(element.children.length, 0);
  equal(element.textContent, "<img src=x onerror=alert(1)>1");
});

test("attributes come, change and go", () => {
  const element = h("button", { disabled: true, "aria-label": null });
  ok(element.disabled, "true is there");
  setAttr(element, "disabled", false);
  ok(!element.disabled, "false is gone");
  equal(element.hasAttribute("aria-label"), false);
});

test("reconciling keeps elements, moves as few as it can, and drops the rest", () => {
  const parent = h("div");
  const show = (keys: string[]): HTMLElement[] => {
    reconcile(parent, keys, (k) => k, (k) => h("i", null, k), (e, k) => e.setAttribute("data-seen", k));
    return Array.from(parent.children) as HTMLElement[];
  };
  const [a, b, c] = show(["a", "b", "c"]);
  equal(show(["0", "a", "x", "c", "d"]).map((e) => e.textContent), ["0", "a", "x", "c", "d"]);
  ok(parent.children[1] === a && parent.children[3] === c && !b!.isConnected, "a and c are the same elements, b is gone");
  const moved: Node[] = [];
  const observer = new MutationObserver((records) => records.forEach((r) => moved.push(...r.addedNodes)));
  observer.observe(parent, { childList: true });
  show(["a", "x", "c", "d", "e"]);
  observer.takeRecords().forEach((r) => moved.push(...r.addedNodes));
  equal(moved.map((n) => n.textContent), ["e"], "what stays is not touched");
  for (let seed = 1; seed < 200; seed++) {
    let random = seed;
    const keys = "abcdefgh".split("").map((k) => [(random = (random * 16807) % 2147483647), k] as const)
      .sort(([x], [y]) => x - y).map(([, k]) => k).slice(0, 1 + (random % 8));
    equal(show(keys).map((e) => e.textContent), keys, `seed ${seed}`);
  }
});

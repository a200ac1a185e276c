import { equal, ok, settled, test, until } from "../testing/harness";
import { FakeClock } from "../testing/fakes";
import type { ServerFrame } from "../protocol/frames";
import { Composing } from "./composing";
import { needed, Pushes } from "./pushes";
import { Triggers } from "./triggers";
import { currentPage, watchPages } from "./pages";
import { fill, languageNames, languageOf, stringsOf } from "./strings";

const nothing = { user: {}, data: {}, segments: [] };

test("what the server knows is not told again", () => {
  const known = { user: { email: "a@b.example", nickname: "M" }, data: { plan: "pro", seats: 5 }, segments: ["x"] };
  equal(needed({ t: "user", patch: { email: "a@b.example" } }, known), null);
  equal(needed({ t: "user", patch: { email: "c@b.example", nickname: "M" } }, known), { t: "user", email: "c@b.example" });
  equal(needed({ t: "user", patch: { email: null, phone: null } }, known), { t: "user", email: null });
  equal(needed({ t: "data", data: { plan: "pro", seats: 6 } }, known), { t: "data", data: { seats: 6 } });
  equal(needed({ t: "segments", segments: ["x"], overwrite: false }, known), null);
  equal(needed({ t: "segments", segments: [], overwrite: true }, known), { t: "segments", segments: [], overwrite: true });
});

function pushing(holds = false) {
  const clock = new FakeClock();
  const sent: object[] = [];
  const answers: (ServerFrame | { code: string; message: string; retry_ms?: number })[] = [];
  const page = { holds };
  const pushes = new Pushes({
    request: (f) => {
      sent.push(f);
      const answer = answers.shift() ?? { t: "ack" as const };
      return "t" in answer ? Promise.resolve(answer) : Promise.reject(answer as never);
    },
    holdsBack: () => page.holds, onConsentRequired: () => { page.holds = true; }, warn: () => {}, clock,
  });
  return { clock, sent, answers, page, pushes };
}

test("pushes wait for the welcome, go in order, and are told once", async () => {
  const { sent, pushes } = pushing();
  pushes.add({ t: "user", patch: { email: "a@b.example" } });
  pushes.add({ t: "event", name: "one" });
  equal(sent, []);
  pushes.welcomed(nothing);
  await settled();
  equal(sent, [{ t: "user", email: "a@b.example" }, { t: "event", name: "one" }]);
  pushes.add({ t: "user", patch: { email: "a@b.example" } });
  await settled();
  equal(sent.length, 2);
});

test("a busy server is asked again later, a refusal is given up, a lost connection waits", async () => {
  const { clock, sent, answers, pushes } = pushing();
  answers.push({ code: "busy", message: "", retry_ms: 300 }, { t: "ack" }, { code: "invalid", message: "" }, { code: "closed", message: "" });
  pushes.welcomed(nothing);
  for (const name of ["a", "b", "c"]) pushes.add({ t: "data", data: { [name]: 1 } });
  await settled();
  equal(sent.length, 1);
  clock.advance(300);
  await settled();
  equal(sent.map((f) => Object.keys((f as { data: object }).data)[0]), ["a", "a", "b", "c"]);
  equal(pushes.waiting().length, 1);
  pushes.closed();
  pushes.welcomed(nothing);
  await settled();
  equal([sent.length, pushes.waiting().length], [5, 0]);
});

test("P13: without consent only the user's own words go; the rest waits", async () => {
  const { sent, page, pushes } = pushing(true);
  pushes.add({ t: "segments", segments: ["x"], overwrite: false });
  pushes.add({ t: "user", patch: { nickname: "M" } });
  pushes.add({ t: "event", name: "e" });
  pushes.welcomed(nothing);
  await settled();
  equal(sent.map((f) => (f as { t: string }).t), ["user"]);
  page.holds = false;
  pushes.released();
  await settled();
  equal(sent.map((f) => (f as { t: string }).t), ["user", "segments", "event"]);
});

test("P13: what the server refused without consent waits, what is withdrawn is not sent any more", async () => {
  const { sent, answers, page, pushes } = pushing();
  const types = (): unknown[] => sent.map((f) => (f as { t: string }).t);
  pushes.welcomed(nothing);
  answers.push({ code: "consent_required", message: "" });
  pushes.add({ t: "data", data: { plan: "pro" } });
  pushes.add({ t: "user", patch: { nickname: "M" } });
  await settled();
  equal([types(), pushes.waiting().length], [["data", "user"], 1]);
  page.holds = false;
  pushes.released();
  await settled();
  equal([types(), pushes.waiting().length], [["data", "user", "data"], 0]);
  page.holds = true;
  pushes.add({ t: "event", name: "e" });
  pushes.withdrawn();
  page.holds = false;
  pushes.add({ t: "data", data: { plan: "pro" } });
  await settled();
  equal(types(), ["data", "user", "data", "data"], "the server has no data any more, so it is told again");
});

test("P13: what is on its way while consent is withdrawn is not taken for known", async () => {
  const answers: (() => void)[] = [];
  let sent = 0;
  const pushes = new Pushes({
    request: () => {
      sent++;
      return new Promise((resolve) => answers.push(() => resolve({ t: "ack" })));
    },
    holdsBack: () => false, onConsentRequired: () => {}, warn: () => {}, clock: new FakeClock(),
  });
  pushes.welcomed(nothing);
  pushes.add({ t: "data", data: { plan: "pro" } });
  pushes.withdrawn();
  answers.shift()!();
  await settled();
  pushes.add({ t: "data", data: { plan: "pro" } });
  await settled();
  equal(sent, 2);
});

test("triggers run after their time, on their pages, once", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  let path = "/";
  const triggers = new Triggers({ fire: (n) => fired.push(n), path: () => path, clock });
  triggers.update([{ name: "all", after_ms: 5_000 }, { name: "pricing", after_ms: 1_000, url: "/pricing" }, { name: "asked" }], true);
  clock.advance(4_999);
  equal(fired, []);
  clock.advance(1);
  equal(fired, ["all"]);
  path = "/pricing/team";
  triggers.moved();
  clock.advance(60_000);
  equal(fired, ["all", "pricing"]);
  triggers.stop();
  equal(clock.pending(), 0);
});

test("a welcome does not begin the time anew", () => {
  const clock = new FakeClock();
  const fired: string[] = [];
  const triggers = new Triggers({ fire: (n) => fired.push(n), path: () => "/", clock });
  triggers.update([{ name: "a", after_ms: 5_000 }], true);
  clock.advance(4_000);
  triggers.update([{ name: "a", after_ms: 5_000 }], true);
  clock.advance(1_000);
  equal(fired, ["a"]);
  triggers.stop();
});

test("typing is told at most every two seconds, with what is written, and ends", () => {
  const clock = new FakeClock();
  const sent: object[] = [];
  let preview = true;
  const composing = new Composing({ send: (f) => sent.push(f), preview: () => preview, clock });
  composing.typed("W");
  composing.typed("Wh");
  composing.typed("Where");
  equal(sent, [{ t: "typing", on: true, text: "W" }]);
  clock.advance(2_000);
  equal(sent[1], { t: "typing", on: true, text: "Where" });
  clock.advance(6_000);
  equal(sent.slice(2), [{ t: "typing", on: false }]);
  preview = false;
  composing.typed("x".repeat(500));
  equal(sent[3], { t: "typing", on: true });
  composing.stop();
  preview = true;
  composing.typed("🙂".repeat(500));
  equal(Array.from((sent[5] as { text: string }).text).length, 200);
  composing.typed("");
  equal(sent[6], { t: "typing", on: false });
  equal(clock.pending(), 0);
});

test("moves of a single-page app are seen, with the page before as referrer", async () => {
  const pages: unknown[] = [];
  const from = location.href;
  const stop = watchPages((page) => pages.push(page));
  history.pushState({}, "", "/elsewhere?x=1");
  document.title = "Elsewhere";
  await until(() => pages.length === 1, "the move is told");
  equal(pages[0], { url: `${location.origin}/elsewhere?x=1`, title: "Elsewhere", referrer: from });
  history.replaceState({}, "", "/elsewhere?x=1");
  location.hash = "part";
  await until(() => pages.length === 2, "the hash is told");
  stop();
  history.replaceState({}, "", new URL(from).pathname);
});

test("without the Navigation API pushState is wrapped, and given back", async () => {
  const original = history.pushState;
  const navigation = Object.getOwnPropertyDescriptor(window, "navigation")!;
  Object.defineProperty(window, "navigation", { value: undefined, configurable: true });
  const pages: unknown[] = [];
  const from = location.pathname;
  const stop = watchPages((page) => pages.push(page));
  ok(history.pushState !== original, "wrapped");
  history.pushState({}, "", "/third");
  await until(() => pages.length === 1, "the move is told");
  stop();
  ok(history.pushState === original, "given back");
  Object.defineProperty(window, "navigation", navigation);
  history.replaceState({}, "", from);
});

test("a page's title and address keep to the protocol's sizes", () => {
  const title = document.title;
  document.title = "ü".repeat(600);
  ok(new TextEncoder().encode(currentPage("").title).length <= 512, "512 bytes");
  document.title = title;
});

test("every language says everything, with the same values", () => {
  const names = (text: string): string[] => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort();
  for (const language of languageNames()) {
    for (const [key, text] of Object.entries(stringsOf("en"))) {
      const said = (stringsOf(language) as unknown as Record<string, string>)[key];
      ok(said, `${language}.${key}`);
      equal(names(said), names(text), `${language}.${key}`);
    }
  }
});

test("the language is the first wish that is spoken", () => {
  equal(languageOf([undefined, "xx", "fr-CA", "de"]).locale, "fr-CA");
  equal([languageOf(["ar-EG"]).dir, languageOf(["constructor", ""]).locale], ["rtl", "en"]);
  equal(fill("{a} {b} {a}", { a: "{b}", b: 2 }), "{b} 2 {b}");
});

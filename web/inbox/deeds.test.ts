import { equal, ok, test, until } from "../testing/harness";
import { FakeClock } from "../testing/fakes";
import { mount } from "./fixture/mount";
import { shop } from "./fixture/people";
import { stringsFor } from "./strings";
import { Toaster } from "./toast";

const { strings } = stringsFor(["en"]);

test("undo is there for ten seconds, and no longer", () => {
  const clock = new FakeClock();
  const toaster = new Toaster(strings, clock);
  let undone = 0;
  toaster.show({ text: "Resolved", undo: () => undone++ });
  clock.advance(9_999);
  ok(toaster.undoLast(), "it can be undone");
  ok(!toaster.undoLast(), "once");
  toaster.show({ text: "Resolved", undo: () => undone++ });
  clock.advance(10_000);
  equal([toaster.undoLast(), undone, toaster.root.children.length, clock.pending()], [false, 1, 0, 0]);
});

test("while one points at it, time stands still", () => {
  const clock = new FakeClock();
  const toaster = new Toaster(strings, clock);
  toaster.show({ text: "Resolved", undo: () => {} });
  clock.advance(8_000);
  toaster.root.firstElementChild!.dispatchEvent(new Event("pointerenter"));
  clock.advance(60_000);
  equal(toaster.root.children.length, 1);
  toaster.root.firstElementChild!.dispatchEvent(new Event("pointerleave"));
  clock.advance(2_000);
  equal(toaster.root.children.length, 0);
});

test("a second deed on a conversation takes the first one's place", () => {
  const toaster = new Toaster(strings, new FakeClock());
  toaster.show({ text: "one", key: "a", undo: () => {} });
  toaster.show({ text: "two", key: "a", undo: () => {} });
  toaster.show({ text: "three", key: "b", undo: () => {} });
  equal([...toaster.root.querySelectorAll(".toast-text")].map((e) => e.textContent), ["two", "three"]);
});

test("assigning and blocking show at once, while the server is silent, and can be undone", async () => {
  const m = await mount();
  await m.open("Jonas Weber");
  m.node.silent = true;
  m.one(".assign").click();
  m.all(".menu-item").find((i) => i.textContent!.includes("Chiara"))!.click();
  await until(() => m.one(".assign").textContent!.includes("Chiara"), "it shows");
  m.one(".toast-undo").click();
  await until(() => m.one(".assign").textContent!.includes("Ben"), "it is back");
  m.all(".details-deeds .button")[0]!.click();
  await until(() => document.querySelector(".conversation .badge.danger"), "blocked");
  m.one(".toast-undo").click();
  await until(() => !document.querySelector(".conversation .badge.danger"), "unblocked");
  m.end();
});

test("what the server refuses goes back, and is said", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  m.node.silent = true;
  m.one(".resolve").click();
  await until(() => m.node.last("state"), "it was told");
  m.node.say({ t: "error", ref: m.node.last("state")!.ref, code: "unavailable", message: "" });
  await until(() => document.querySelector(".toast.bad"), "it is said");
  await until(() => m.one(".resolve").textContent === "Resolve", "it is back");
  equal(m.node.session(shop, session)?.summary.state, "unresolved");
  m.end();
});

test("erase asks for the word, has no undo, and leaves nothing to read", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  m.one(".details .danger").click();
  const go = m.one<HTMLButtonElement>(".danger-fill");
  ok(m.one("dialog").textContent!.includes("All 2 messages"), "it says what goes");
  ok(m.one("dialog").textContent!.includes("identification record"), "it says what stays");
  const word = m.one<HTMLInputElement>("dialog input");
  equal([document.activeElement, go.disabled], [word, true]);
  m.write(word, "delet");
  ok(go.disabled, "not yet");
  m.write(word, "Delete");
  ok(!go.disabled, "now");
  go.click();
  await until(() => !document.querySelector("dialog"), "it is done");
  equal([m.node.session(shop, session), m.all(".toast-undo").length], [undefined, 0]);
  await until(() => !m.all(".row").some((r) => r.textContent!.includes("Jonas")) && m.one(".conversation").hidden, "it is gone");
  m.end();
});

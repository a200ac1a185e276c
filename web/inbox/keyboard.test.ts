import { equal, ok, test, until } from "../testing/harness";
import { mount, press } from "./fixture/mount";

const focusedRow = (): string => document.activeElement?.querySelector(".row-name")?.textContent ?? "";

test("j and k walk through the list, Enter opens", async () => {
  const m = await mount();
  const names = m.all(".row-name").map((e) => e.textContent!);
  press("j");
  equal(focusedRow(), names[0]);
  press("j");
  press("j");
  press("k");
  equal(focusedRow(), names[1]);
  (document.activeElement as HTMLElement).click(); // what a browser makes of Enter on a link
  await until(() => document.querySelector(".conversation-name")?.textContent === names[1], "it is open");
  equal(focusedRow(), names[1], "the list keeps the focus, to go on");
  m.end();
});

test("r and n put the caret where one writes, and Escape leaves", async () => {
  const m = await mount();
  await m.open("Marie Dupont");
  press("r");
  equal([document.activeElement?.className, m.one(".composer").classList.contains("note")], ["field", false]);
  press("Escape");
  equal(document.activeElement, document.body);
  press("n");
  equal([document.activeElement?.className, m.one(".composer").classList.contains("note")], ["field", true]);
  m.end();
});

test("letters are letters while one writes", async () => {
  const m = await mount();
  await m.open("Marie Dupont");
  press("r");
  for (const key of ["e", "j", "a", "?", "/", "z"]) ok(press(key), `${key} is left to the field`);
  equal(m.node.count("state"), 0);
  m.end();
});

test("e resolves at once and z takes it back", async () => {
  const m = await mount();
  const session = await m.open("Jonas Weber");
  press("e");
  await until(() => m.one(".resolve").textContent === "Reopen", "it shows at once");
  await until(() => m.node.last("state"), "the server is told");
  press("z");
  await until(() => m.one(".resolve").textContent === "Resolve", "it is back");
  await until(() => m.node.count("state") === 2, "the server is told again");
  equal([m.node.last("state")?.session, m.node.last("state")?.state], [session, "unresolved"]);
  m.end();
});

test("a offers who can answer; the arrows and Enter choose, Escape gives the focus back", async () => {
  const m = await mount();
  await m.open("Jonas Weber");
  press("a");
  equal(document.activeElement?.querySelector(".menu-label")?.textContent, "Ben Kowalczyk", "begins with whose it is");
  press("Home");
  equal(document.activeElement?.querySelector(".menu-label")?.textContent, "Ada Osei", "oneself comes first");
  press("Escape");
  equal(document.activeElement, m.one(".assign"));
  m.end();
});

test("/ goes to the search, the arrow down into what was found", async () => {
  const m = await mount();
  press("/");
  await until(() => document.activeElement?.classList.contains("search-field"), "the field has the focus");
  m.write(m.one<HTMLInputElement>(".search-field"), "jonas");
  await until(() => m.all(".row").length === 1, "one is left");
  press("ArrowDown");
  equal(focusedRow(), "Jonas Weber");
  m.end();
});

test("? lists all shortcuts, Ctrl+K opens the palette, and the focus comes back", async () => {
  const m = await mount();
  press("j");
  const before = document.activeElement;
  press("?");
  equal([m.one("dialog").className, m.one("dialog").contains(document.activeElement)], ["dialog help", true]);
  ok(press("j"), "behind a dialog keys do nothing");
  m.one<HTMLDialogElement>("dialog").close();
  await until(() => document.activeElement === before, "the focus came back");
  press("k", { ctrlKey: true });
  const field = m.one<HTMLInputElement>(".palette-field");
  m.write(field, "theme dark");
  equal(m.all("[role=option]").map((o) => o.textContent), ["Theme: Dark"]);
  press("Enter");
  await until(() => document.documentElement.dataset.theme === "dark", "it was done");
  delete document.documentElement.dataset.theme;
  m.end();
});

test("shortcuts of a single key can be turned off, Ctrl+K stays", async () => {
  const m = await mount();
  m.one("[title=Settings]").click();
  await until(() => !m.one(".settings").hidden, "the settings are there");
  m.one("#setting-keys").click();
  m.one("[title=Conversations]").click();
  (document.activeElement as HTMLElement).blur();
  ok(press("?") && !document.querySelector("dialog"), "? does nothing");
  press("k", { ctrlKey: true });
  ok(document.querySelector("dialog.palette"), "the palette opens");
  m.end();
});

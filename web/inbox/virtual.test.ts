import { equal, ok, test, until } from "../testing/harness";
import { h } from "../design/dom";
import { VirtualList } from "./virtual";

const rowHeight = 50;
const height = 500;

interface Shown {
  list: VirtualList<string>;
  scroller: HTMLElement;
  keys(): string[];
  end(): void;
}

function show(): Shown {
  const ol = h("ol");
  const scroller = h("div", null, ol);
  Object.assign(scroller.style, { position: "relative", height: `${height}px`, overflowY: "auto" });
  Object.assign(ol.style, { margin: "0", paddingInline: "0" });
  document.body.append(scroller);
  const create = (item: string): HTMLElement => {
    const line = h("li", null, h("a", { href: "#" }, item));
    line.style.height = `${rowHeight}px`;
    return line;
  };
  const list = new VirtualList<string>({ scroller, list: ol, rowHeight, key: (item) => item, create, update: () => {} });
  return { list, scroller, keys: () => [...ol.children].map((e) => (e as HTMLElement).dataset.key!), end: () => scroller.remove() };
}

const items = (n: number): string[] => Array.from({ length: n }, (_, i) => `row ${i}`);

test("two hundred rows are all on the page: the browser's own search finds them", () => {
  const s = show();
  s.list.render(items(200));
  equal(s.keys().length, 200);
  s.end();
});

test("of ten thousand only those near the view are, and the room is as if all were", async () => {
  const s = show();
  s.list.render(items(10_000));
  ok(s.keys().length < 50, `${s.keys().length} rows on the page`);
  equal(s.scroller.scrollHeight, 10_000 * rowHeight);
  s.scroller.scrollTop = 5_000 * rowHeight;
  await until(() => s.keys().includes("row 5000"), "the rows of the new place are there");
  ok(s.keys().includes("row 5009") && !s.keys().includes("row 0"), "the whole view is filled");
  s.end();
});

test("rows say which of how many they are", () => {
  const s = show();
  s.list.render(items(300));
  s.list.reveal(299);
  const last = s.scroller.querySelector("li:last-child")!;
  equal([last.getAttribute("aria-posinset"), last.getAttribute("aria-setsize")], ["300", "300"]);
  s.end();
});

test("reveal brings a row into the view", () => {
  const s = show();
  s.list.render(items(1_000));
  const row = s.list.reveal(700)!;
  const box = row.getBoundingClientRect();
  const view = s.scroller.getBoundingClientRect();
  equal(row.dataset.key, "row 700");
  ok(box.top >= view.top && box.bottom <= view.bottom, "it is inside");
  equal(s.list.reveal(1_000), null);
  s.end();
});

test("a row that moves keeps the focus", () => {
  const s = show();
  s.list.render(items(10));
  s.scroller.querySelectorAll("a")[5]!.focus();
  s.list.render(["row 5", ...items(10).filter((k) => k !== "row 5")]);
  equal(document.activeElement?.textContent, "row 5");
  s.end();
});

// A list of rows of one height. Beyond 200 rows only those near the view are on the page; the rest is room above and below.

import { reconcile, setAttr } from "../design/dom";

const few = 200;
const beyond = 12; // rows kept above and below the view, so that scrolling shows no gaps

export interface VirtualOptions<T> {
  scroller: HTMLElement;
  list: HTMLElement;
  rowHeight: number;
  key(item: T): string;
  create(item: T): HTMLElement;
  update(element: HTMLElement, item: T): void;
}

export class VirtualList<T> {
  private items: readonly T[] = [];

  constructor(private readonly o: VirtualOptions<T>) {
    o.scroller.addEventListener("scroll", () => {
      if (this.items.length > few) this.draw();
    });
    new ResizeObserver(() => this.draw()).observe(o.scroller);
  }

  render(items: readonly T[]): void {
    this.items = items;
    this.draw();
  }

  /** reveal scrolls a row into view and returns its element; null when there is none. */
  reveal(index: number): HTMLElement | null {
    const item = this.items[index];
    if (item === undefined) return null;
    const { scroller, list, rowHeight } = this.o;
    const top = list.offsetTop + index * rowHeight;
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + rowHeight > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top + rowHeight - scroller.clientHeight;
    this.draw();
    return this.find(this.o.key(item));
  }

  private find(key: string): HTMLElement | null {
    return ([...this.o.list.children] as HTMLElement[]).find((e) => e.dataset.key === key) ?? null;
  }

  private draw(): void {
    const { scroller, list, rowHeight, key, create, update } = this.o;
    const all = this.items.length <= few;
    const from = all ? 0 : Math.max(0, Math.floor((scroller.scrollTop - list.offsetTop) / rowHeight) - beyond);
    const to = all ? this.items.length : Math.min(this.items.length, Math.ceil((scroller.scrollTop + scroller.clientHeight) / rowHeight) + beyond);
    const focused = list.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
    list.style.paddingTop = `${from * rowHeight}px`;
    list.style.paddingBottom = `${(this.items.length - to) * rowHeight}px`;
    const window = this.items.slice(from, to);
    reconcile(list, window, key, create, update);
    window.forEach((_, i) => {
      setAttr(list.children[i]!, "aria-setsize", this.items.length);
      setAttr(list.children[i]!, "aria-posinset", from + i + 1);
    });
    // A row that moved to another place lost the focus on the way.
    if (focused?.isConnected && document.activeElement !== focused) focused.focus({ preventScroll: true });
  }
}

type Handler<E extends Event = Event> = (event: E) => void;

/** Attrs of an element: `on…` members are listeners, true is an empty attribute, false, null and undefined are left out. */
export type Attrs = {
  [K in keyof GlobalEventHandlersEventMap as `on${K}`]?: Handler<GlobalEventHandlersEventMap[K]>;
} & { style?: never; innerHTML?: never } & Record<string, unknown>;

export type Child = Node | string | number | false | null | undefined;

/** h builds an element. Strings become text nodes: nothing that a person wrote is ever parsed as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(tag: K, attrs?: Attrs | null, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs ?? {})) setAttr(element, name, value);
  append(element, ...children);
  return element;
}

/** setAttr sets, changes or takes away one attribute, or adds a listener. */
export function setAttr(element: Element, name: string, value: unknown): void {
  if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else {
    const text = value === true ? "" : String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

export function append(parent: Node, ...children: Child[]): void {
  for (const child of children) {
    if (child === false || child === null || child === undefined) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** setText changes an element's text only where it differs: an unchanged live region stays silent. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function replaceChildren(parent: Element, ...children: Child[]): void {
  parent.textContent = "";
  append(parent, ...children);
}

/** toggle shows or hides an element by the hidden attribute. */
export function toggle(element: HTMLElement, shown: boolean): void {
  if (element.hidden === shown) element.hidden = !shown;
}

/**
 * reconcile makes parent's children the keyed list: elements whose key stays are kept and moved at most, others are made or removed.
 * `update` runs for every item that stays.
 */
export function reconcile<T>(
  parent: Element,
  items: readonly T[],
  key: (item: T) => string,
  create: (item: T) => HTMLElement,
  update?: (element: HTMLElement, item: T) => void,
): void {
  const old = new Map<string, HTMLElement>();
  for (const child of Array.from(parent.children) as HTMLElement[]) old.set(child.dataset.key ?? "", child);
  let place = parent.firstElementChild;
  for (const item of items) {
    const k = key(item);
    let element = old.get(k);
    if (element) {
      old.delete(k);
      update?.(element, item);
    } else {
      element = create(item);
      element.dataset.key = k;
    }
    // Elements that are about to leave are passed by: moving all others around them would reset scroll and focus.
    while (place && place !== element && !stays(place as HTMLElement, items, key)) {
      const gone = place;
      place = place.nextElementSibling;
      old.delete((gone as HTMLElement).dataset.key ?? "");
      gone.remove();
    }
    if (element === place) place = place.nextElementSibling;
    else parent.insertBefore(element, place);
  }
  for (const element of old.values()) element.remove();
}

const keySets = new WeakMap<readonly unknown[], Set<string>>();

function stays<T>(element: HTMLElement, items: readonly T[], key: (item: T) => string): boolean {
  let keys = keySets.get(items);
  if (!keys) keySets.set(items, (keys = new Set(items.map(key))));
  return keys.has(element.dataset.key ?? "");
}

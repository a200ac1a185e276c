import type { Page } from "../protocol/frames";

const titleMs = 200; // single-page apps change the address first and the title right after
const maxUrl = 2048;
const maxTitle = 512;

/** currentPage is what agents see of where the visitor is. */
export function currentPage(referrer = document.referrer): Page {
  const page: Page = { url: location.href.slice(0, maxUrl), title: cut(document.title, maxTitle) };
  if (referrer) page.referrer = referrer.slice(0, maxUrl);
  return page;
}

/** cut shortens text to at most so many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  let short = text;
  while (new TextEncoder().encode(short).length > bytes) short = short.slice(0, Math.floor(short.length * 0.9));
  return short;
}

interface NavigationLike extends EventTarget {
  currentEntry?: unknown;
}

/**
 * watchPages calls back when a single-page app moved to another address, and returns what stops it. The Navigation API tells without a
 * change to the page; without it, pushState and replaceState are wrapped until stopped.
 */
export function watchPages(onPage: (page: Page) => void): () => void {
  let url = location.href;
  let timer = 0;
  const look = (): void => {
    if (location.href === url) return;
    const referrer = url;
    url = location.href;
    clearTimeout(timer);
    timer = window.setTimeout(() => onPage(currentPage(referrer)), titleMs);
  };
  const stops: (() => void)[] = [() => clearTimeout(timer)];
  const listen = (target: EventTarget, event: string): void => {
    target.addEventListener(event, look);
    stops.push(() => target.removeEventListener(event, look));
  };
  listen(window, "popstate");
  listen(window, "hashchange");
  const navigation = (window as { navigation?: NavigationLike }).navigation;
  if (navigation) listen(navigation, "currententrychange");
  else stops.push(wrap("pushState", look), wrap("replaceState", look));
  return () => stops.forEach((stop) => stop());
}

function wrap(method: "pushState" | "replaceState", look: () => void): () => void {
  const original = history[method];
  let live = true;
  const wrapped: typeof original = function (this: History, ...args) {
    original.apply(this, args);
    if (live) queueMicrotask(look);
  };
  history[method] = wrapped;
  return () => {
    live = false; // somebody else may have wrapped it again: then this one stays, and does nothing
    if (history[method] === wrapped) history[method] = original;
  };
}

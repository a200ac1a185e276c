import { Chatbox, type ChatboxOptions } from "./chatbox";
import { createElement } from "./element";
import { globals } from "./globals";
import { sdkOf, takeOver, type Page, type Sdk } from "./sdk";
import { View } from "./view";
import { warn } from "./warn";

/** Running is a chatbox on its page. */
export interface Running {
  readonly sdk: Sdk;
  readonly website: string;
  readonly chatbox: Chatbox;
  destroy(): void;
}

/** The page's running chatbox stands under a key of its own, so that a script that is loaded again finds it. */
const key = Symbol.for("parlor.chatbox");

type Host = Page & { [key]?: Running };

/**
 * boot starts the chatbox of the page, or returns the one that runs. A page that deleted or replaced window.$crisp and loads the script again gets a new
 * one in place of the old. Null: the page names no website.
 */
export function boot(options: Omit<ChatboxOptions, "website">): Running | null {
  const page = window as unknown as Host;
  const website = globals.websiteId();
  if (!website) return null;
  const old = page[key];
  if (old && old.website === website && page.$crisp === old.sdk && page.$parlor === old.sdk) return old;
  old?.destroy();
  const sdk = sdkOf(page);
  const chatbox = new Chatbox({ ...options, website, left: old?.website === website ? old.chatbox.left() : undefined });
  const running: Running = { sdk, website, chatbox, destroy: () => {} };
  page[key] = running;
  takeOver(sdk, chatbox);
  chatbox.start();
  const stop = show(chatbox);
  const stopReady = tellReady(chatbox);
  running.destroy = () => {
    stopReady();
    stop();
    chatbox.stop();
    if (page[key] === running) delete page[key];
  };
  return running;
}

/** show puts the element into the body as soon as there is one, and back when a page replaced its body. */
function show(chatbox: Chatbox): () => void {
  const element = createElement((host, root) => {
    const view = new View(host, root, chatbox);
    return () => view.destroy();
  });
  const place = (): void => {
    if (!element.isConnected && document.body) document.body.appendChild(element);
  };
  place();
  document.addEventListener("DOMContentLoaded", place);
  const stop = chatbox.subscribe(place);
  if (globals.runtime().lock_maximized) chatbox.open();
  return () => {
    stop();
    document.removeEventListener("DOMContentLoaded", place);
    element.remove();
  };
}

/** tellReady calls CRISP_READY_TRIGGER once. Some pages set it after the script, so it is looked for until the session is loaded. */
function tellReady(chatbox: Chatbox): () => void {
  let told = false;
  const tell = (): void => {
    const ready = told ? null : globals.readyTrigger();
    if (!ready) return;
    told = true;
    try {
      ready();
    } catch (e) {
      console.error(e);
    }
  };
  const timer = setTimeout(tell, 0);
  window.addEventListener("load", tell);
  const stop = chatbox.subscribe(tell);
  return () => {
    clearTimeout(timer);
    stop();
    window.removeEventListener("load", tell);
  };
}

/** bootLate waits for a page that names its website after the script. */
export function bootLate(options: Omit<ChatboxOptions, "website">): void {
  const retry = (): void => {
    if (!boot(options)) warn("set window.CRISP_WEBSITE_ID to the website's id before the script");
  };
  if (document.readyState === "complete") setTimeout(retry, 0);
  else window.addEventListener("load", retry, { once: true });
}

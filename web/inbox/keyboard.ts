// The shortcuts: what each key does where no text is being written.

import type { App } from "./context";
import { dialogOpen } from "./dialog";
import { closePopover } from "./popover";

/** What keys do that the views know best. */
export interface KeyTargets {
  move(step: 1 | -1): void;
  search(): void;
  write(mode: "reply" | "note"): void;
  assign(): void;
  /** escape closes what is nearest; false when nothing was open. */
  escape(): boolean;
}

/** A shortcut as the list of them shows it. */
export interface Shortcut {
  readonly keys: readonly string[];
  readonly words: string;
}

export function shortcuts(app: App): readonly { title: string; list: readonly Shortcut[] }[] {
  const t = app.t;
  return [
    { title: t.groupList, list: [{ keys: ["J", "K"], words: t.keyMove }, { keys: ["Enter"], words: t.keyOpen }, { keys: ["/"], words: t.keySearch }] },
    {
      title: t.groupConversation,
      list: [
        { keys: ["R"], words: t.keyReply }, { keys: ["N"], words: t.keyNote }, { keys: ["E"], words: t.keyResolve }, { keys: ["A"], words: t.keyAssign },
        { keys: ["Enter"], words: t.keySend }, { keys: ["Shift", "Enter"], words: t.keyBreak },
      ],
    },
    {
      title: t.groupEverywhere,
      list: [{ keys: [isMac() ? "⌘" : "Ctrl", "K"], words: t.keyPalette }, { keys: ["Z"], words: t.keyUndo }, { keys: ["?"], words: t.keyHelp }, { keys: ["Esc"], words: t.keyEscape }],
    },
  ];
}

function isMac(): boolean {
  return /mac|iphone|ipad/iu.test(navigator.platform);
}

/** listenKeys hears the keys of the whole page. */
export function listenKeys(app: App, to: KeyTargets): void {
  document.addEventListener("keydown", (e) => {
    if (app.store.get().phase !== "ready" || e.defaultPrevented || e.isComposing) return;
    if (pressed(app, to, e)) e.preventDefault();
  }, { signal: app.ending });
}

function pressed(app: App, to: KeyTargets, e: KeyboardEvent): boolean {
  if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === "k") {
    if (!dialogOpen()) app.openPalette();
    return true;
  }
  if (dialogOpen() || e.ctrlKey || e.metaKey || e.altKey) return false;
  if (e.key === "Escape") return closePopover() || leaveField(e) || to.escape();
  if (writes(e.target) || !app.prefs.get().keys || inMenu(e.target)) return false;
  return single(app, to, e.key);
}

function single(app: App, to: KeyTargets, key: string): boolean {
  const open = app.store.get().open;
  switch (key.length === 1 ? key.toLowerCase() : key) {
    case "j": to.move(1); return true;
    case "k": to.move(-1); return true;
    case "/": to.search(); return true;
    case "?": app.openHelp(); return true;
    case "z": return app.toaster.undoLast();
    case "r": if (open) to.write("reply"); return open !== null;
    case "n": if (open) to.write("note"); return open !== null;
    case "a": if (open) to.assign(); return open !== null;
    case "e": if (open) app.deeds.toggleResolved(open); return open !== null;
    default: return false;
  }
}

/** writes reports a place where letters are text. */
function writes(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return !["checkbox", "radio", "button", "submit"].includes(target.type);
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

function inMenu(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest(".popover") !== null;
}

function leaveField(e: KeyboardEvent): boolean {
  if (!writes(e.target)) return false;
  (e.target as HTMLElement).blur();
  return true;
}

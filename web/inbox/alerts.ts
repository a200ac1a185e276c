// What calls for the agent: the count in the title, a tone, a notification.

import type { ServerFrame, Summary } from "../protocol/frames";
import type { App } from "./context";
import { nameOf } from "./names";
import { notify } from "./notify";
import { unreadOf } from "./site";
import { chime } from "./sound";
import type { State } from "./state";

const restMs = 2_000; // a flood of messages is one tone, not many

/** titleOf is the document's title: how many conversations have something unread, on all websites. */
export function titleOf(app: Pick<App, "t">, s: State): string {
  const unread = Object.values(s.sites).reduce((sum, site) => sum + unreadOf(site), 0);
  return `${unread > 0 && s.phase === "ready" ? app.t.titleCount(unread) : ""}${app.t.product}`;
}

/** newWords is the conversation in which a frame brought new words of the visitor; null for all other frames. */
export function newWords(frame: ServerFrame, before: State): Summary | null {
  if (frame.t !== "conversation") return null;
  const c = frame.conversation;
  const had = before.sites[frame.website]?.summaries[c.session];
  if (!before.sites[frame.website]?.pages.open.loaded || c.blocked || c.last?.from !== "visitor" || c.unread === 0) return null;
  return had && (had.version >= c.version || had.last?.seq === c.last.seq) ? null : c;
}

export class Alerts {
  private chimedAt = 0;

  constructor(private readonly app: App) {}

  update(s: State): void {
    const title = titleOf(this.app, s);
    if (document.title !== title) document.title = title;
  }

  onFrame(frame: ServerFrame, before: State): void {
    const c = newWords(frame, before);
    if (!c || frame.t !== "conversation") return;
    const looks = document.visibilityState === "visible" && document.hasFocus();
    const open = this.app.store.get().open?.session === c.session;
    if (looks && open) return;
    const prefs = this.app.prefs.get();
    if (prefs.sound && Date.now() - this.chimedAt > restMs) {
      this.chimedAt = Date.now();
      chime();
    }
    if (!prefs.notify || looks) return;
    const website = before.sites[frame.website]!.info;
    const x = { website: frame.website, session: c.session };
    const name = nameOf(c, this.app.t);
    notify(before.websites.length > 1 ? this.app.t.notification(name, website.name) : name, c.last?.text ?? "", x, () => {
      if (this.app.store.get().website !== x.website) this.app.switchTo(x.website);
      this.app.show("conversations", x);
    });
  }
}

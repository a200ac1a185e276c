// Both logs and what is on its way, as the rows that an agent reads: days, groups by sender and minute, events, the line above what is new.

import type { AgentInfo, EventFrame, MessageFrame, NoteFrame } from "../protocol/frames";
import { timeline } from "../protocol/log";
import type { Outgoing } from "../protocol/outbox";
import { dayOf } from "../design/format";
import type { Session } from "./session";
import type { OutgoingFrame } from "./state";

/** Whose a group is: the visitor's, mine, another agent's, a trigger's. */
export type Whose = "visitor" | "me" | "agent" | "auto";

export type Item =
  | { readonly key: string; readonly kind: "message"; readonly message: MessageFrame }
  | { readonly key: string; readonly kind: "note"; readonly note: NoteFrame }
  | { readonly key: string; readonly kind: "outgoing"; readonly outgoing: Outgoing<OutgoingFrame> };

export interface Group {
  readonly kind: "group";
  readonly key: string;
  readonly whose: Whose;
  readonly note: boolean;
  readonly by: AgentInfo | null;
  readonly at: number;
  readonly items: readonly Item[];
}

export type Row =
  | Group
  | { readonly kind: "day"; readonly key: string; readonly at: number }
  | { readonly kind: "new"; readonly key: string }
  | { readonly kind: "start"; readonly key: string }
  | { readonly kind: "event"; readonly key: string; readonly event: EventFrame };

/** rowsOf lays a conversation out. me is the agent's own id. */
export function rowsOf(x: Session, outgoing: readonly Outgoing<OutgoingFrame>[], me: string): readonly Row[] {
  const rows = new Rows(me, x.unreadFrom);
  if (!x.log.more && x.log.messages.length > 0) rows.start();
  let latest = 0;
  for (const entry of timeline(x.log)) {
    latest = Math.max(latest, entry.at);
    if (entry.t === "event") rows.event(entry);
    else rows.entry(entry);
  }
  for (const o of outgoing) {
    if (o.frame.session === x.session) rows.outgoing(o, Math.max(latest, o.at));
  }
  return rows.done();
}

class Rows {
  private readonly rows: Row[] = [];
  private day = NaN;
  private group: (Group & { items: Item[] }) | null = null;
  private unreadShown = false;

  constructor(private readonly me: string, private readonly unreadFrom: number) {}

  start(): void {
    this.rows.push({ kind: "start", key: "start" });
  }

  event(event: EventFrame): void {
    const before = this.rows[this.rows.length - 1];
    if (event.removed && before?.kind === "event" && before.event.removed && dayOf(event.at) === this.day) return; // one line for all
    this.days(event.at, `e${event.n}`);
    this.group = null;
    this.rows.push({ kind: "event", key: `e${event.n}`, event });
  }

  entry(entry: MessageFrame | NoteFrame): void {
    this.days(entry.at, entry.id);
    if (entry.t === "note") {
      this.put({ key: entry.id, kind: "note", note: entry }, this.agentSide(entry.by), entry.by ?? null, entry.at);
      return;
    }
    if (entry.from === "visitor") this.unread(entry.seq);
    const whose = entry.from === "visitor" ? "visitor" : entry.auto !== undefined || !entry.by ? "auto" : this.agentSide(entry.by);
    this.put({ key: entry.id, kind: "message", message: entry }, whose, entry.by ?? null, entry.at);
  }

  outgoing(o: Outgoing<OutgoingFrame>, at: number): void {
    this.days(at, o.frame.id);
    this.put({ key: o.frame.id, kind: "outgoing", outgoing: o }, "me", null, at);
  }

  done(): readonly Row[] {
    return this.rows;
  }

  private agentSide(by: AgentInfo | undefined): Whose {
    return by?.id === this.me ? "me" : "agent";
  }

  private days(at: number, before: string): void {
    const day = dayOf(at);
    if (day === this.day) return;
    this.day = day;
    this.group = null;
    this.rows.push({ kind: "day", key: `d${before}`, at });
  }

  private unread(seq: number): void {
    if (this.unreadShown || this.unreadFrom === 0 || seq < this.unreadFrom) return;
    this.unreadShown = true;
    this.group = null;
    this.rows.push({ kind: "new", key: "new" });
  }

  private put(item: Item, whose: Whose, by: AgentInfo | null, at: number): void {
    const note = item.kind === "note" || (item.kind === "outgoing" && item.outgoing.frame.t === "note");
    const g = this.group;
    const same = g && g.whose === whose && g.note === note && (whose === "me" || g.by?.id === by?.id) && sameMinute(g.at, at);
    if (same) {
      g.items.push(item);
      return;
    }
    this.group = { kind: "group", key: `g${item.key}`, whose, note, by, at, items: [item] };
    this.rows.push(this.group);
  }
}

function sameMinute(a: number, b: number): boolean {
  return Math.floor(a / 60_000) === Math.floor(b / 60_000);
}

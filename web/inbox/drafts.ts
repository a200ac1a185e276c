export type Mode = "reply" | "note";

export interface Draft {
  readonly mode: Mode;
  readonly reply: string;
  readonly note: string;
}

const empty: Draft = { mode: "reply", reply: "", note: "" };

/** Drafts keeps what is being written in each conversation: in memory only, so that it leaves with the page. */
export class Drafts {
  private readonly drafts = new Map<string, Draft>();
  private agent = "";

  get(session: string): Draft {
    return this.drafts.get(session) ?? empty;
  }

  set(session: string, change: Partial<Draft>): void {
    const next = { ...this.get(session), ...change };
    if (next.reply || next.note || next.mode !== "reply") this.drafts.set(session, next);
    else this.drafts.delete(session);
  }

  has(session: string): boolean {
    const d = this.drafts.get(session);
    return !!d && (d.reply.trim() !== "" || d.note.trim() !== "");
  }

  forget(session: string): void {
    this.drafts.delete(session);
  }

  /** belongTo drops the drafts of another agent: the same person may log in again and go on, nobody else. */
  belongTo(agent: string): void {
    if (this.agent && this.agent !== agent) this.drafts.clear();
    this.agent = agent;
  }

  clear(): void {
    this.drafts.clear();
    this.agent = "";
  }
}

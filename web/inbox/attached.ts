import type { Opened } from "./state";

/** As many conversations stay open behind the one that is looked at: going back to one is instant. */
const most = 12;

/** Attached is the sessions whose frames arrive, the latest used last. */
export class Attached {
  private readonly used = new Map<string, Opened>();

  constructor(private readonly detach: (x: Opened) => void) {}

  /** use puts a session last and lets the oldest go that may. */
  use(x: Opened, mayGo: (x: Opened) => boolean): void {
    this.used.delete(x.session);
    this.used.set(x.session, x);
    for (const old of [...this.used.values()]) {
      if (this.used.size <= most) return;
      if (old.session !== x.session && mayGo(old)) this.drop(old.session);
    }
  }

  has(session: string): boolean {
    return this.used.has(session);
  }

  list(): Opened[] {
    return [...this.used.values()];
  }

  /** drop lets a session go and says so. */
  drop(session: string): void {
    const x = this.used.get(session);
    if (x && this.used.delete(session)) this.detach(x);
  }

  /** forget is for sessions that the server ended. */
  forget(session: string): void {
    this.used.delete(session);
  }

  clear(): void {
    this.used.clear();
  }
}

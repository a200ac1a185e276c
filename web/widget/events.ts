/** The events that pages can listen to. */
export const eventNames = [
  "session:loaded", "chat:initiated", "chat:opened", "chat:closed", "message:sent", "message:received",
  "message:compose:sent", "message:compose:received", "user:email:changed", "user:phone:changed", "user:nickname:changed",
  "user:avatar:changed", "website:availability:changed", "helpdesk:queried",
] as const;

export type EventName = (typeof eventNames)[number];

/** Events are the page's listeners. A listener that throws stops nobody else. */
export class Events {
  private readonly listeners = new Map<string, ((...args: unknown[]) => void)[]>();

  on(name: string, listener: (...args: unknown[]) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  /** off removes all listeners of the event. */
  off(name: string): void {
    this.listeners.delete(name);
  }

  emit(name: EventName, ...args: unknown[]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      try {
        listener(...args);
      } catch (e) {
        console.error(e);
      }
    }
  }
}

// What an agent does to a conversation: shown at once, told to the server, and taken back within ten seconds if they want.

import type { AgentClientFrame } from "../protocol/client";
import type { ConversationState } from "../protocol/frames";
import type { Refusal } from "../protocol/socket";
import type { Client } from "./client";
import { currentSummary, type Store } from "./store";
import type { Opened, Overlay } from "./state";
import type { Strings } from "./strings";
import type { Toaster } from "./toast";

export class Deeds {
  private tokens = 0;

  constructor(
    private readonly store: Store,
    private readonly client: Client,
    private readonly toaster: Toaster,
    private readonly t: Strings,
  ) {}

  /** setState moves a conversation; undo moves it back. */
  setState(x: Opened, state: ConversationState): void {
    const before = currentSummary(this.store.get(), x)?.state;
    if (before === undefined || before === state) return;
    const words = { resolved: this.t.resolved, unresolved: this.t.reopened, pending: this.t.pended };
    this.did(x, words[state], () => this.putState(x, state), () => this.putState(x, before));
  }

  /** toggleResolved is what one key and one button do. */
  toggleResolved(x: Opened): void {
    this.setState(x, currentSummary(this.store.get(), x)?.state === "resolved" ? "unresolved" : "resolved");
  }

  /** assign gives a conversation to an agent, or with null to nobody. */
  assign(x: Opened, agent: string | null, name: string): void {
    const before = currentSummary(this.store.get(), x)?.assigned;
    if (before === undefined || before === agent) return;
    const words = agent === null ? this.t.unassigned : this.t.assigned(name);
    this.did(x, words, () => this.putAssigned(x, agent), () => this.putAssigned(x, before));
  }

  setBlocked(x: Opened, blocked: boolean): void {
    const before = currentSummary(this.store.get(), x)?.blocked;
    if (before === undefined || before === blocked) return;
    this.did(x, blocked ? this.t.blockedDone : this.t.unblockedDone, () => this.putBlocked(x, blocked), () => this.putBlocked(x, before));
  }

  /** erase deletes a session for good. There is no undo; the result says whether it happened. */
  async erase(x: Opened): Promise<boolean> {
    try {
      await this.client.request({ t: "delete", website: x.website, session: x.session });
    } catch (e) {
      const code = (e as Refusal).code;
      if (code !== "unknown_session" && code !== "session_closed") return false;
    }
    this.store.dispatch({ type: "erased", website: x.website, session: x.session });
    return true;
  }

  private did(x: Opened, words: string, deed: () => void, undo: () => void): void {
    deed();
    this.toaster.show({ text: words, undo, key: x.session });
  }

  private putState(x: Opened, state: ConversationState): void {
    this.tell(x, { t: "state", website: x.website, session: x.session, state }, { state });
  }

  private putAssigned(x: Opened, agent: string | null): void {
    this.tell(x, { t: "assign", website: x.website, session: x.session, agent }, { assigned: agent });
  }

  private putBlocked(x: Opened, blocked: boolean): void {
    this.tell(x, { t: "block", website: x.website, session: x.session, blocked }, { blocked });
  }

  private tell(x: Opened, frame: AgentClientFrame, patch: Overlay["patch"]): void {
    const token = ++this.tokens;
    this.store.dispatch({ type: "overlay", website: x.website, session: x.session, patch, token });
    this.client.request(frame).then(
      () => this.settle(x, token, true),
      (e: Refusal) => {
        this.settle(x, token, false);
        this.toaster.show({ text: this.t.refusedFor[e.code] ?? this.t.refused, bad: true });
      },
    );
  }

  private settle(x: Opened, token: number, done: boolean): void {
    this.store.dispatch({ type: "settled", website: x.website, session: x.session, token, done });
  }
}

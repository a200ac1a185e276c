import { Outbox } from "../protocol/outbox";
import { Socket, type StatusInfo, type Status } from "../protocol/socket";
import { newMessageId } from "../protocol/ids";
import { lastSeq, resumeOf } from "../protocol/log";
import { realClock, type Clock } from "../protocol/clock";
import { isVisitorWelcome, type Attachment, type MessageType, type ServerFrame, type VisitorWelcome } from "../protocol/frames";
import { Composing } from "./composing";
import { Consent } from "./consent";
import { describe } from "./describe";
import { Events } from "./events";
import { globals } from "./globals";
import { Keeper } from "./keeper";
import { pageJar, type Jar } from "./cookie";
import { Pushes, type Push } from "./pushes";
import { currentPage, watchPages } from "./pages";
import { dueReceipt } from "./receipts";
import { initialState, type OutgoingMessage, type State } from "./state";
import { reduce, type Action } from "./store";
import { Sound } from "./sound";
import { Triggers } from "./triggers";
import { guardLeaving } from "./leaving";
import { warn, whyEnded } from "./warn";

export interface ChatboxOptions {
  website: string;
  /** Where the script came from: scheme, host and port. */
  origin: string;
  jar?: Jar;
  clock?: Clock;
  create?(url: string): WebSocket;
  /** What the chatbox before on the same page left. */
  left?: Left;
}

/** Left is what a page that loads the script again must not lose. */
export interface Left {
  pending: State["pending"];
  draft: string;
  open: boolean;
}

const offlineMs = 1_500; // a reconnect that takes less is not worth a word
const typingMs = 10_000;
const olderMessages = 50;

/**
 * Chatbox is the visitor's side of one session on one page: it owns the state, the socket and everything that waits to be sent, and shows
 * itself to the view (subscribe) and to the page (events).
 */
export class Chatbox {
  state: State = initialState();
  readonly events = new Events();
  readonly consent: Consent;
  private readonly socket: Socket;
  private readonly outbox: Outbox<OutgoingMessage>;
  private readonly keeper: Keeper;
  private readonly pushes: Pushes;
  private readonly triggers: Triggers;
  private readonly composing: Composing;
  private readonly sound = new Sound();
  private readonly clock: Clock;
  private readonly viewers = new Set<(s: State) => void>();
  private readonly stops: (() => void)[] = [];
  private cancelOffline: (() => void) | null = null;
  private cancelTyping = (): void => {};

  constructor(private readonly o: ChatboxOptions) {
    this.clock = o.clock ?? realClock;
    const left = o.left ?? { pending: [], draft: "", open: false };
    this.state = { ...this.state, ...left, opened: left.open };
    this.socket = new Socket({
      url: () => `${o.origin.replace(/^http/, "ws")}/visitor?website=${encodeURIComponent(o.website)}`,
      hello: () => this.hello(),
      onFrame: (f) => this.receive(f),
      onStatus: (s, info) => this.status(s, info),
      clock: this.clock,
      create: o.create,
    });
    this.outbox = new Outbox<OutgoingMessage>({
      send: (f) => this.socket.send(f),
      onChange: (pending) => this.dispatch({ type: "pending", pending }),
      restore: left.pending,
      clock: this.clock,
    });
    this.keeper = new Keeper({
      website: o.website, origin: o.origin, jar: o.jar ?? pageJar, globals, clock: this.clock,
      onAdopt: () => this.socket.reconnectNow(),
      onBlocked: (blocked) => this.dispatch({ type: "cookieBlocked", blocked }),
    });
    const request = (f: object) => this.socket.request(f);
    this.consent = new Consent({
      request, cookie: this.keeper, warn, clock: this.clock, onGranted: () => this.pushes.released(), onWithdrawn: () => this.withdrawn(),
    });
    this.pushes = new Pushes({
      request, holdsBack: () => this.consent.holdsBack(), onConsentRequired: () => this.consent.refused(), warn, clock: this.clock,
    });
    this.triggers = new Triggers({ fire: (name) => this.runTrigger(name), path: () => location.pathname, clock: this.clock });
    this.composing = new Composing({ send: (f) => this.socket.send(f), preview: () => this.state.preview, clock: this.clock });
  }

  /** start connects. `stop` ends everything and leaves nothing running. */
  start(): void {
    this.socket.connect();
    this.stops.push(watchPages((page) => {
      this.socket.send({ t: "page", ...page });
      this.triggers.moved();
      this.show();
    }));
    const seen = (): void => {
      if (document.hidden) return;
      this.keeper.check();
      this.settle();
    };
    document.addEventListener("visibilitychange", seen);
    this.stops.push(() => document.removeEventListener("visibilitychange", seen));
    // Nothing but the cookie is kept in the browser (P1): words that the server does not have are lost with the page, so leaving asks.
    this.stops.push(guardLeaving((look) => this.subscribe(look), () => !this.state.connected && this.state.pending.some((p) => p.state === "sending")));
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.cancelOffline?.();
    this.cancelTyping();
    this.triggers.stop();
    this.keeper.stop();
    this.outbox.closed();
    this.pushes.closed();
    this.consent.closed();
    this.socket.close();
    this.sound.close();
    this.viewers.clear();
  }

  left(): Left {
    const { pending, draft, open } = this.state;
    return { pending, draft, open };
  }

  /** subscribe calls back with every new state; it returns what ends that. */
  subscribe(viewer: (s: State) => void): () => void {
    this.viewers.add(viewer);
    return () => this.viewers.delete(viewer);
  }

  /** dispatch applies actions as one step: what watches sees the state behind the last. */
  dispatch(...actions: Action[]): void {
    const before = this.state;
    const after = actions.reduce(reduce, before);
    if (after === before) return;
    this.state = after;
    this.announce(before, after);
    this.show();
    this.settle();
  }

  /** worthShowing reports whether there is something to show before the first welcome: a known visitor, or words that wait. */
  worthShowing(): boolean {
    return this.keeper.known() || this.state.pending.length > 0;
  }

  open(): void {
    if (this.state.open) return;
    const first = !this.state.opened;
    this.dispatch({ type: "open", open: true });
    this.keeper.open();
    if (first) this.events.emit("chat:initiated");
    this.events.emit("chat:opened");
  }

  close(): void {
    if (!this.state.open || globals.runtime().lock_maximized) return;
    this.dispatch({ type: "open", open: false });
    this.events.emit("chat:closed");
  }

  send(type: MessageType, content: string | Attachment): void {
    this.composing.stop();
    this.outbox.add({ t: "message", id: newMessageId(), type, content });
  }

  retry(id: string): void {
    this.outbox.retry(id);
  }

  discard(id: string): void {
    this.outbox.discard(id);
  }

  /** draft takes what stands in the composer and tells that the visitor writes. */
  draft(text: string, typed: boolean): void {
    this.dispatch({ type: "draft", draft: text });
    if (!typed) return;
    this.composing.typed(text);
    this.events.emit("message:compose:sent", { type: text ? "start" : "stop", excerpt: text });
  }

  push(push: Push): void {
    this.dispatch(...shown(push));
    this.pushes.add(push);
  }

  async loadOlder(): Promise<void> {
    const { log, loadingOlder, connected } = this.state;
    const first = log.messages[0]?.seq;
    if (!log.more || loadingOlder || !connected || first === undefined) return;
    this.dispatch({ type: "loadingOlder" });
    const answer = await this.socket.request({ t: "history", before: first, limit: olderMessages }).catch(() => null);
    this.dispatch({ type: "older", frame: answer?.t === "history" ? answer : null });
  }

  /** runTrigger reports a trigger. Its message comes by the log, to all tabs, when it fires. */
  runTrigger(name: string): void {
    this.socket.request({ t: "trigger", name }).then(
      () => this.dispatch({ type: "triggerDone", name }),
      (e: { code: string; message: string }) => {
        if (e.code === "unknown_trigger") warn(`there is no trigger ${name}`);
      },
    );
  }

  /** markRead tells that everything was read, whatever is open. */
  markRead(): void {
    const seq = lastSeq(this.state.log);
    if (seq > this.state.read.visitor && this.socket.send({ t: "read", seq })) this.dispatch({ type: "readUpTo", seq });
  }

  /** reset unbinds the browser from its session and begins a fresh one, or the one of CRISP_TOKEN_ID. */
  async reset(): Promise<void> {
    this.outbox.clear();
    this.pushes.clear();
    this.consent.forget();
    this.dispatch({ type: "draft", draft: "" }, { type: "forget", deleted: false });
    await this.keeper.forget();
    if (globals.tokenId()) this.socket.reconnectNow();
    else await this.socket.request({ t: "reset" }).catch(() => this.socket.reconnectNow());
  }

  private hello(): object {
    return {
      t: "hello",
      website: this.o.website,
      token: this.keeper.present(),
      token_id: globals.tokenId() || undefined,
      resume: resumeOf(this.state.log),
      page: currentPage(),
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    };
  }

  private receive(f: ServerFrame): void {
    if ("session" in f && f.t !== "welcome" && f.session !== undefined && f.session !== this.state.session) return;
    switch (f.t) {
      case "welcome":
        if (isVisitorWelcome(f)) this.welcomed(f);
        return;
      case "ack":
        this.acked(f);
        return;
      case "error":
        if (!this.outbox.refused(f)) warn(`${f.code}: ${f.message}`);
        return;
      case "deleted":
        this.forgetDeleted();
        return;
      case "consent":
        this.consent.learned(f.tracking);
        return;
    }
    this.dispatch({ type: "frame", frame: f });
    if (f.t === "message") this.settleMine(f.id, f.from === "visitor");
    if (f.t === "history") for (const m of f.messages) this.settleMine(m.id, m.from === "visitor");
    if (f.t === "message" && f.from === "agent") this.arrived(f);
    if (f.t === "typing") this.composes(f.on, f.by);
    if (f.t === "user") {
      const { t: _, ...user } = f;
      this.pushes.learned({ user });
    }
    if (f.t === "data") this.pushes.learned({ data: f.data });
    if (f.t === "segments") this.pushes.learned({ segments: f.segments });
  }

  private welcomed(f: VisitorWelcome): void {
    this.consent.welcomed(f.consent);
    if (!this.keeper.welcomed(f)) {
      this.socket.reconnectNow();
      return;
    }
    const loaded = this.state.session !== f.session;
    this.dispatch({ type: "frame", frame: f }, ...this.pushes.waiting().flatMap(shown));
    this.triggers.update(this.state.triggers, true);
    this.outbox.welcomed();
    this.pushes.welcomed({ user: f.user, data: f.data, segments: f.segments });
    if (loaded) this.events.emit("session:loaded", f.session);
  }

  /** withdrawn forgets what the server has forgotten. */
  private withdrawn(): void {
    this.pushes.withdrawn();
    this.dispatch({ type: "frame", frame: { t: "segments", segments: [] } }, { type: "frame", frame: { t: "data", data: {} } });
  }

  private acked(f: Extract<ServerFrame, { t: "ack" }>): void {
    const sent = f.id === undefined ? undefined : this.outbox.find(f.id)?.frame;
    if (!sent) return;
    this.dispatch({ type: "acked", ack: f, sent });
    this.outbox.acked(sent.id);
    const stored = this.state.log.messages.find((m) => m.id === sent.id);
    if (stored) this.events.emit("message:sent", describe(stored, this.state.user.nickname));
  }

  /** settleMine lets go of what turned up in the log without its ack: stored before the connection was lost, or by another tab. */
  private settleMine(id: string, mine: boolean): void {
    if (mine) this.outbox.acked(id);
  }

  private arrived(f: Extract<ServerFrame, { t: "message" }>): void {
    this.events.emit("message:received", describe(f));
    const attended = this.state.open && !document.hidden;
    if (!this.state.open && f.seq > this.state.read.visitor && this.state.unread > 0) {
      const by = f.by ?? { id: this.state.website.id, name: this.state.website.name };
      const text = typeof f.content === "string" ? f.content : (f.content.name ?? f.content.url);
      this.dispatch({ type: "peek", peek: { id: f.id, text, by } });
    }
    if (!attended && !f.auto && !this.state.settings.mute) this.sound.blip();
  }

  private composes(on: boolean, by: unknown): void {
    this.cancelTyping();
    if (on) this.cancelTyping = this.clock.after(typingMs, () => this.dispatch({ type: "typing", typing: null }));
    this.events.emit("message:compose:received", { type: on ? "start" : "stop", user: by });
  }

  private forgetDeleted(): void {
    this.outbox.clear();
    this.dispatch({ type: "forget", deleted: true });
    void this.keeper.forget();
  }

  private status(s: Status, info: StatusInfo): void {
    this.dispatch({ type: "connected", connected: s === "open" });
    if (s === "open") {
      this.cancelOffline?.();
      this.cancelOffline = null;
      return;
    }
    this.outbox.closed();
    this.pushes.closed();
    this.consent.closed();
    this.composing.stop();
    if (info.code === 4410 && this.state.session) this.forgetDeleted();
    if (s === "closed") {
      if (info.code === undefined) return;
      this.refuse(info);
      this.dispatch({ type: "offline", offline: true });
      return;
    }
    // Counted from the loss: the first attempts follow one another faster than the word is due.
    this.cancelOffline ??= this.clock.after(offlineMs, () => this.dispatch({ type: "offline", offline: true }));
  }

  /** refuse says so in the console; the visitor sees nothing of it. */
  private refuse(info: StatusInfo): void {
    warn(whyEnded(info, this.o.website));
    if (info.code === 4403 || info.code === 4404) this.dispatch({ type: "refused" });
  }

  /** settle does what the new state asks for. */
  private settle(): void {
    if (this.state.hole) {
      this.state = { ...this.state, hole: false };
      this.socket.reconnectNow();
      return;
    }
    const receipt = dueReceipt(this.state, !document.hidden);
    if (receipt && this.socket.send(receipt)) {
      this.dispatch({ type: receipt.t === "read" ? "readUpTo" : "deliveredUpTo", seq: receipt.seq });
    }
    this.triggers.update(this.state.triggers, false);
  }

  private announce(before: State, after: State): void {
    for (const key of ["email", "phone", "nickname", "avatar"] as const) {
      const learned = !before.loaded && after.loaded; // what the server knew before is no change
      if (before.user[key] !== after.user[key] && !learned) this.events.emit(`user:${key}:changed`, after.user[key] ?? null);
    }
    if (after.loaded && (before.online !== after.online || !before.loaded)) this.events.emit("website:availability:changed", after.online);
  }

  private show(): void {
    for (const viewer of this.viewers) viewer(this.state);
  }
}

/** shown is what a push changes at once, before the server knows. */
function shown(push: Push): Action[] {
  switch (push.t) {
    case "user": return [{ type: "user", patch: push.patch }];
    case "data": return [{ type: "data", data: push.data }];
    case "segments": return [{ type: "segments", segments: push.segments, overwrite: push.overwrite }];
    case "event": return [];
  }
}

// The inbox's side of the protocol: keeps the store fed through reconnects and sends what the agent does.

import type { AgentClientFrame, Filter } from "../protocol/client";
import { isAgentWelcome, type AckFrame, type HistoryFrame, type InboxFrame, type OpenedFrame, type ServerFrame } from "../protocol/frames";
import { newMessageId } from "../protocol/ids";
import { lastSeq, resumeOf } from "../protocol/log";
import { Outbox } from "../protocol/outbox";
import { Socket, type Refusal, type Status, type StatusInfo } from "../protocol/socket";
import { Attached } from "./attached";
import { lastOf, typingMs } from "./session";
import { listOf } from "./site";
import type { Opened, OutgoingFrame, State } from "./state";
import type { Store } from "./store";

export interface ClientOptions {
  store: Store;
  /** Called after each frame with the state before and after it. */
  onFrame(frame: ServerFrame, before: State, after: State): void;
  /** The login ended: close code 4401. */
  onUnauthorized(): void;
}

const pageRows = 50;
const longestPage = 200; // docs: at most 200 rows a page
const olderMessages = 50;
const againMs = 2_000;
const deliveredMs = 400;
const unauthorized = 4401;

export class Client {
  private readonly store: Store;
  private readonly socket: Socket;
  private readonly outbox: Outbox<OutgoingFrame>;
  private readonly attached: Attached;
  private watching = "";
  private deliveredTimer = 0;

  constructor(private readonly o: ClientOptions) {
    this.store = o.store;
    this.socket = new Socket({
      url: () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/agent`,
      hello: () => ({ t: "hello" }),
      onFrame: (f) => this.receive(f),
      onStatus: (s, info) => this.status(s, info),
    });
    this.outbox = new Outbox<OutgoingFrame>({
      send: (f) => this.send(f),
      onChange: (outgoing) => this.store.dispatch({ type: "outgoing", outgoing }),
      lane: (f) => f.session,
    });
    this.attached = new Attached((x) => this.detach(x));
  }

  connect(): void {
    this.socket.connect();
  }

  reconnectNow(): void {
    this.socket.reconnectNow();
  }

  /** close leaves the server. With `forget`, what was not sent is dropped: the agent logged out. */
  close(forget: boolean): void {
    this.socket.close();
    this.watching = "";
    if (forget) this.forget();
  }

  /** open shows a conversation: continues what is known of it, or fetches its end. */
  open(x: Opened): void {
    const s = this.store.get();
    const phase = s.sessions[x.session]?.phase;
    this.attached.use(x, (other) => this.mayLeave(other));
    if (phase === "live" || phase === "opening") return;
    this.store.dispatch({ type: "opening", opened: x });
    void this.join(x);
  }

  /** leave is told when the agent looks elsewhere. A session that is no conversation is let go: nobody should keep it alive by looking (P7). */
  leave(x: Opened): void {
    if (!this.store.get().sites[x.website]?.summaries[x.session] && this.mayLeave(x)) this.attached.drop(x.session);
  }

  watchVisitors(website: string): void {
    if (this.watching === website) return;
    if (this.watching) this.send({ t: "visitors", website: this.watching, watch: false });
    this.watching = "";
    if (website && this.connected()) void this.watch(website);
  }

  /** list makes sure that the first page of a filter is there. */
  list(website: string, filter: Filter): void {
    const page = this.store.get().sites[website]?.pages[filter];
    if (page && !page.loaded && !page.loading && this.connected()) void this.page(website, filter);
  }

  /** more loads the next page of a filter. */
  more(website: string, filter: Filter): void {
    const page = this.store.get().sites[website]?.pages[filter];
    if (page?.next && !page.loading && this.connected()) void this.page(website, filter, page.next);
  }

  async older(session: string): Promise<void> {
    const x = this.store.get().sessions[session];
    const first = x?.log.messages[0]?.seq;
    if (!x || x.phase !== "live" || x.loadingOlder || !x.log.more || !first) return;
    this.store.dispatch({ type: "loadingOlder", session });
    const frame = await this.ask<HistoryFrame>({ t: "history", website: x.website, session, before: first, limit: olderMessages });
    this.store.dispatch({ type: "older", session, frame });
  }

  say(x: Opened, content: string): void {
    this.outbox.add({ t: "message", website: x.website, session: x.session, id: newMessageId(), type: "text", content });
  }

  note(x: Opened, text: string): void {
    this.outbox.add({ t: "note", website: x.website, session: x.session, id: newMessageId(), text });
  }

  retry(id: string): void {
    this.outbox.retry(id);
  }

  discard(id: string): void {
    this.outbox.discard(id);
  }

  typing(x: Opened, on: boolean): void {
    this.send({ t: "typing", website: x.website, session: x.session, on });
  }

  /** read tells that the agent has seen everything up to the newest message of the visitor. */
  read(session: string): void {
    const x = this.store.get().sessions[session];
    if (!x || x.phase !== "live") return;
    const seq = lastOf(x, "visitor");
    if (seq <= x.read.agent || !this.send({ t: "read", website: x.website, session, seq })) return;
    this.store.dispatch({ type: "read", session, seq });
  }

  /** request sends a command and resolves with its answer; rejects with a Refusal. */
  request(frame: AgentClientFrame): Promise<ServerFrame> {
    return this.socket.request(frame);
  }

  private forget(): void {
    this.outbox.clear();
    this.attached.clear();
  }

  private connected(): boolean {
    return this.store.get().connection.state === "open";
  }

  private send(frame: AgentClientFrame): boolean {
    return this.socket.send(frame);
  }

  private status(status: Status, info: StatusInfo): void {
    const now = Date.now();
    if (status === "open") {
      this.store.dispatch({ type: "connection", connection: { state: "open" }, now });
      return;
    }
    this.outbox.closed();
    this.watching = "";
    if (status === "waiting") this.lost(info.retryInMs === undefined ? null : now + info.retryInMs, now);
    else if (status === "connecting" && this.store.get().connection.state !== "first") this.lost(null, now);
    else if (status === "closed" && info.code !== undefined) this.ended(info.code, now);
  }

  private lost(retryAt: number | null, now: number): void {
    this.store.dispatch({ type: "connection", connection: { state: "lost", retryAt }, now });
  }

  private ended(code: number, now: number): void {
    this.store.dispatch({ type: "connection", connection: { state: "ended", code }, now });
    if (code === unauthorized) this.o.onUnauthorized();
  }

  private receive(f: ServerFrame): void {
    const before = this.store.get();
    if (f.t === "ack") this.acked(f);
    else if (f.t === "error") this.outbox.refused(f);
    else {
      if (isAgentWelcome(f) && before.me && before.me.id !== f.agent.id) this.forget(); // another agent: nothing goes out in their name
      // An own message that comes back as a frame was stored before the connection broke.
      if (f.t === "message" || f.t === "note") this.outbox.acked(f.id);
      this.store.dispatch({ type: "frame", frame: f, now: Date.now() });
    }
    this.follow(f);
    this.o.onFrame(f, before, this.store.get());
  }

  private acked(f: AckFrame): void {
    const sent = f.id === undefined ? undefined : this.outbox.acked(f.id);
    if (sent) this.store.dispatch({ type: "acked", ack: f, sent });
  }

  /** follow does what a frame calls for. */
  private follow(f: ServerFrame): void {
    if (f.t === "welcome") this.welcomed();
    if (f.t === "typing" && f.on) setTimeout(() => this.store.dispatch({ type: "tick", now: Date.now() }), typingMs + 50);
    if (f.t === "message" && f.from === "visitor") this.deliverSoon();
    const session = "session" in f && typeof f.session === "string" ? this.store.get().sessions[f.session] : undefined;
    if (session?.hole) this.rejoin(session);
    if (f.t === "deleted" || f.t === "removed") this.attached.forget(f.session);
  }

  /** welcomed reads everything anew that the connection carried, then sends what waits. */
  private welcomed(): void {
    const s = this.store.get();
    for (const w of s.websites) void this.subscribe(w.id);
    if (s.website) void this.watch(s.website);
    const wanted = new Set(s.outgoing.map((o) => o.frame.session));
    if (s.open) wanted.add(s.open.session);
    for (const x of this.attached.list()) {
      if (wanted.has(x.session)) this.rejoin(x);
    }
    this.outbox.welcomed(); // behind the opens, on the same wire: their acks find the log in place
  }

  private rejoin(x: Opened): void {
    this.store.dispatch({ type: "opening", opened: { website: x.website, session: x.session } });
    void this.join(x);
  }

  private async join(x: Opened): Promise<void> {
    const known = this.store.get().sessions[x.session];
    const resume = known && resumeOf(known.log);
    try {
      const frame = await this.socket.request({ t: "open", website: x.website, session: x.session, ...(resume && { resume }) });
      this.store.dispatch({ type: "opened", frame: frame as OpenedFrame });
    } catch (e) {
      this.notJoined(x, e as Refusal);
    }
  }

  private notJoined(x: Opened, e: Refusal): void {
    const unknown = e.code === "unknown_session" || e.code === "session_closed" || e.code === "unknown_website" || e.code === "invalid";
    this.store.dispatch({ type: "openFailed", session: x.session, phase: unknown ? "unknown" : "away" });
    if (unknown) this.attached.forget(x.session);
    else if (e.code !== "closed") this.again(e, () => this.attached.has(x.session), () => this.rejoin(x));
  }

  private detach(x: Opened): void {
    this.send({ t: "close", website: x.website, session: x.session });
    this.store.dispatch({ type: "closed", session: x.session });
  }

  private mayLeave(x: Opened): boolean {
    const s = this.store.get();
    return s.open?.session !== x.session && !s.outgoing.some((o) => o.frame.session === x.session);
  }

  private async subscribe(website: string): Promise<void> {
    const s = this.store.get();
    const site = s.sites[website]!;
    const limit = Math.min(longestPage, Math.max(pageRows, listOf(site, "open").length));
    try {
      const frame = await this.socket.request({ t: "subscribe", website, filter: "open", limit }) as InboxFrame;
      this.store.dispatch({ type: "subscribed", frame, filter: "open" });
      const now = this.store.get();
      if (frame.conversations.length === 0 && now.sites[website]!.used !== true) this.list(website, "all");
      if (website === now.website) this.list(website, now.filter);
    } catch (e) {
      this.again(e as Refusal, () => true, () => void this.subscribe(website));
    }
  }

  private async page(website: string, filter: Filter, cursor?: string): Promise<void> {
    this.store.dispatch({ type: "paging", website, filter, loading: true });
    const frame = await this.ask<InboxFrame>({ t: "inbox", website, filter, limit: pageRows, ...(cursor && { cursor }) });
    if (frame) this.store.dispatch({ type: "paged", frame, filter });
    else this.store.dispatch({ type: "paging", website, filter, loading: false });
  }

  private async watch(website: string): Promise<void> {
    this.watching = website;
    const frame = await this.ask<ServerFrame>({ t: "visitors", website, watch: true });
    if (frame) this.store.dispatch({ type: "frame", frame, now: Date.now() });
    else if (this.watching === website) this.watching = "";
  }

  /** ask is request for what may simply be asked again: null when it was refused or the connection closed. */
  private async ask<F>(frame: AgentClientFrame): Promise<F | null> {
    try {
      return await this.socket.request(frame) as F;
    } catch {
      return null;
    }
  }

  /** again repeats what the server was too busy for, unless the connection closed: the welcome after it does that. */
  private again(e: Refusal, still: () => boolean, f: () => void): void {
    if (e.code === "closed") return;
    setTimeout(() => {
      if (this.connected() && still()) f();
    }, e.retry_ms ?? againMs);
  }

  /** deliverSoon tells, once for several messages, what has arrived here without being read. */
  private deliverSoon(): void {
    if (this.deliveredTimer) return;
    this.deliveredTimer = window.setTimeout(() => {
      this.deliveredTimer = 0;
      for (const x of Object.values(this.store.get().sessions)) {
        const seq = lastSeq(x.log);
        if (x.phase === "live" && lastOf(x, "visitor") > x.delivered.agent) this.send({ t: "delivered", website: x.website, session: x.session, seq });
      }
    }, deliveredMs);
  }
}

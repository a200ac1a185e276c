import { equal, ok, test } from "../testing/harness";
import { isServerFrame } from "../protocol/decode";
import type { ServerFrame } from "../protocol/frames";
import { ada, ben, shop } from "./fixture/people";
import { rowsOf } from "./rows";
import { initialState, type State } from "./state";
import { reduce } from "./store";

interface Golden {
  file: string;
  frame: unknown;
}

function after(s: State, ...frames: object[]): State {
  return frames.reduce<State>((state, frame) => reduce(state, { type: "frame", frame: frame as ServerFrame, now: 1_000 }), s);
}

const welcome = (agent: object = ada): object => ({ t: "welcome", agent, websites: [{ id: shop, name: "Shop", color: "blue" }], limits: initialState.limits });

test("the inbox takes every frame of the protocol in any order and can show what came out", async () => {
  const golden = (await (await fetch("/golden.json")).json()) as Golden[];
  ok(golden.length > 20, "the golden frames are there");
  for (let shift = 0; shift < golden.length; shift++) {
    let state = initialState;
    for (let i = 0; i < golden.length; i++) {
      const { frame } = golden[(i + shift) % golden.length]!;
      if (!isServerFrame(frame)) continue;
      if ("session" in frame && typeof frame.session === "string") state = reduce(state, { type: "opening", opened: { website: shop, session: frame.session } });
      state = reduce(state, { type: "frame", frame, now: 1 });
    }
    for (const x of Object.values(state.sessions)) {
      const seqs = x.log.messages.map((m) => m.seq);
      equal(seqs, seqs.map((_, i) => (seqs[0] ?? 0) + i), "no holes");
      ok(rowsOf(x, state.outgoing, "").length >= Number(seqs.length > 0), "it has rows");
    }
  }
});

test("the first website is looked at, and one that is taken away no longer", () => {
  const s = after(initialState, welcome());
  equal([s.website, s.phase], [shop, "ready"]);
  equal(after(s, { ...welcome(), websites: [] }).website, "");
});

test("the same agent who comes back finds all as it was, another agent nothing", () => {
  const s = reduce(after(initialState, welcome()), { type: "opening", opened: { website: shop, session: "s" } });
  equal(Object.keys(after(s, welcome()).sessions), ["s"]);
  equal(Object.keys(after(s, welcome(ben)).sessions), []);
});

test("a lost connection leaves what is known to be read", () => {
  let s = reduce(after(initialState, welcome()), { type: "opening", opened: { website: shop, session: "s" } });
  s = reduce(s, { type: "connection", connection: { state: "lost", retryAt: null }, now: 1 });
  equal([s.sessions.s?.phase, s.website], ["away", shop]);
  equal(reduce(s, { type: "connection", connection: { state: "open" }, now: 7 }).backAt, 7);
});

test("looking at a visitor does not make a conversation of them", () => {
  const s = reduce(after(initialState, welcome()), { type: "opening", opened: { website: shop, session: "s" } });
  const opened = {
    t: "opened", website: shop, session: "s", epoch: "e", resume: "none", seq: 0, n: 0, read: { visitor: 0, agent: 0 }, delivered: { visitor: 0, agent: 0 },
    conversation: { session: "s", unread: 0, version: 1 }, visitor: {},
  };
  equal(reduce(s, { type: "opened", frame: opened as never }).sites[shop]?.summaries, {});
});

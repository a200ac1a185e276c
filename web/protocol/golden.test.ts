import { equal, ok, test } from "../testing/harness";
import { isServerFrame } from "./decode";
import { initialState } from "../widget/state";
import { reduce } from "../widget/store";
import { rowsOf } from "../widget/rows";
import { isAgentWelcome, isAgentPresence, isVisitorPresence, isVisitorWelcome } from "./frames";

/** The samples of docs/protocol.md, which the server's tests replay too. The Go test serves them. */
interface Golden {
  file: string;
  direction: string;
  frame: unknown;
}

async function load(): Promise<Golden[]> {
  const golden = (await (await fetch("/golden.json")).json()) as Golden[];
  ok(golden.length > 20, "the golden frames are there");
  return golden;
}

test("every frame that the server sends is known and whole", async () => {
  for (const { file, frame } of await load()) ok(isServerFrame(frame), `${file} passes the guard`);
});

test("welcomes and presences of the two kinds of clients are told apart", async () => {
  for (const { file, frame } of await load()) {
    if (!isServerFrame(frame)) continue;
    if (frame.t === "welcome") equal(Number(isVisitorWelcome(frame)) + Number(isAgentWelcome(frame)), 1, file);
    if (frame.t === "presence") equal(Number(isVisitorPresence(frame)) + Number(isAgentPresence(frame)), 1, file);
  }
});

test("the chatbox takes every frame in any order and can show what came out", async () => {
  const golden = await load();
  for (let shift = 0; shift < golden.length; shift++) {
    let state = initialState();
    for (let i = 0; i < golden.length; i++) {
      const { frame } = golden[(i + shift) % golden.length]!;
      if (isServerFrame(frame)) state = reduce(state, { type: "frame", frame });
    }
    const seqs = state.log.messages.map((m) => m.seq);
    equal(seqs, seqs.map((_, i) => (seqs[0] ?? 0) + i), "no holes");
    ok(rowsOf(state).length >= state.log.messages.length, "each message has its row");
  }
});

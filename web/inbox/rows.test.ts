import { equal, test } from "../testing/harness";
import { message } from "../testing/fakes";
import type { MessageFrame, NoteEntry } from "../protocol/frames";
import type { Outgoing } from "../protocol/outbox";
import { rowsOf, type Row } from "./rows";
import { newSession, type Session } from "./session";
import type { OutgoingFrame } from "./state";

const noon = new Date(2026, 4, 4, 12).getTime();
const minute = 60_000;
const ada = { id: "ada", name: "Ada" };

function say(seq: number, from: "visitor" | "agent", at: number, change: object = {}): MessageFrame {
  return message(seq, from, `m${seq}`, { at, ...change }) as unknown as MessageFrame;
}

function talk(messages: MessageFrame[], change: Partial<Session> = {}, notes: NoteEntry[] = []): Session {
  const s = newSession("w", "s");
  return { ...s, ...change, log: { ...s.log, messages, notes } };
}

/** shape is a row in a few letters. */
function shape(r: Row): string {
  return r.kind === "group" ? `${r.note ? "note " : ""}${r.whose}×${r.items.length}` : r.kind;
}

const shapes = (s: Session, outgoing: readonly Outgoing<OutgoingFrame>[] = []): string[] => rowsOf(s, outgoing, "ada").map(shape);

test("messages of one sender within a minute are one group", () => {
  equal(shapes(talk([say(1, "visitor", noon), say(2, "visitor", noon + 1), say(3, "agent", noon + 2, { by: ada }), say(4, "visitor", noon + 3), say(5, "visitor", noon + minute)])),
    ["start", "day", "visitor×2", "me×1", "visitor×1", "visitor×1"]);
});

test("each day begins with its date", () => {
  equal(shapes(talk([say(1, "visitor", noon - 24 * 60 * minute), say(2, "visitor", noon)])), ["start", "day", "visitor×1", "day", "visitor×1"]);
});

test("where older messages are on the server, the log does not pretend to start", () => {
  const s = talk([say(4, "visitor", noon)]);
  equal(shapes({ ...s, log: { ...s.log, more: true } }), ["day", "visitor×1"]);
});

test("own words, a colleague's and a trigger's are told apart", () => {
  equal(shapes(talk([say(1, "agent", noon, { by: ada }), say(2, "agent", noon, { by: { id: "ben", name: "Ben" } }), say(3, "agent", noon, { auto: "welcome", by: undefined })])),
    ["start", "day", "me×1", "agent×1", "auto×1"]);
});

test("notes and events stand where they happened", () => {
  const notes: NoteEntry[] = [
    { t: "event", session: "s", n: 1, after: 1, name: "checkout", data: {}, at: noon },
    { t: "note", session: "s", n: 2, after: 1, id: "n", text: "psst", at: noon, by: ada },
  ];
  equal(shapes(talk([say(1, "visitor", noon), say(2, "visitor", noon)], {}, notes)), ["start", "day", "visitor×1", "event", "note me×1", "visitor×1"]);
});

test("P13: events that were removed one after the other are one line", () => {
  const gone = (n: number, after: number): NoteEntry => ({ t: "event", session: "s", n, after, name: "", removed: true, at: noon });
  const notes: NoteEntry[] = [gone(1, 1), gone(2, 1), { t: "event", session: "s", n: 3, after: 1, name: "blocked", system: true, at: noon }, gone(4, 1), gone(5, 2)];
  equal(shapes(talk([say(1, "visitor", noon), say(2, "visitor", noon)], {}, notes)), ["start", "day", "visitor×1", "event", "event", "event", "visitor×1", "event"]);
});

test("the line of what is new breaks a group", () => {
  equal(shapes(talk([say(1, "visitor", noon), say(2, "visitor", noon)], { unreadFrom: 2 })), ["start", "day", "visitor×1", "new", "visitor×1"]);
});

test("what is on its way stands at the end, and keeps its key when it arrived", () => {
  const s = talk([say(1, "visitor", noon)]);
  const frame = { t: "message", website: "w", session: "s", id: "mine", type: "text", content: "Hi" } as const;
  const outgoing = [{ frame, state: "sending", at: noon }, { frame: { ...frame, session: "another" }, state: "sending", at: noon }] as unknown as Outgoing<OutgoingFrame>[];
  equal(shapes(s, outgoing), ["start", "day", "visitor×1", "me×1"]);
  const arrived = talk([say(1, "visitor", noon), say(2, "agent", noon, { id: "mine", by: ada })]);
  equal([...rowsOf(s, outgoing, "ada")].pop()?.key, [...rowsOf(arrived, [], "ada")].pop()?.key);
});

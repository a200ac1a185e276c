import type { Attachment, MessageType } from "../protocol/frames";
import { newMessageId } from "../protocol/ids";
import { lastSeq } from "../protocol/log";
import { httpUrl } from "../design/avatar";
import type { Chatbox } from "./chatbox";
import { companyOf, dataOf, eventsOf, flagOf, listOf, segmentsOf, stringOf, textOf } from "./sdkForms";
import type { Settings } from "./state";
import { warn } from "./warn";

type Call = (c: Chatbox, values: unknown) => void;
type Table<T> = Record<string, T>;

/**
 * later is what calls do that this chatbox has no part for yet: they are accepted, so that a page written for them runs, and say once in
 * the console that nothing happens.
 */
export function later(name: string): Call {
  let told = false;
  return () => {
    if (!told) warn(`${name} is accepted, but this chatbox does nothing for it yet`);
    told = true;
  };
}

/** notYet are the calls that this chatbox has no part for. */
export const notYet = [
  "message:thread:start", "message:thread:end", "bot:scenario:run", "helpdesk:search", "helpdesk:query", "helpdesk:article:open", "overlay:open",
  "overlay:close",
];

export const sets: Table<Call> = {
  "message:text": (c, v) => c.draft(textOf(v) ?? "", false),
  "session:segments": (c, v) => c.push({ t: "segments", ...segmentsOf(v) }),
  "session:data": (c, v) => c.push({ t: "data", data: dataOf(v) }),
  "session:event": (c, v) => eventsOf(v).forEach((event) => c.push(event)),
  "user:email": (c, v) => c.push({ t: "user", patch: { email: textOf(v) } }),
  "user:phone": (c, v) => c.push({ t: "user", patch: { phone: textOf(v) } }),
  "user:nickname": (c, v) => c.push({ t: "user", patch: { nickname: textOf(v) } }),
  "user:avatar": (c, v) => c.push({ t: "user", patch: { avatar: textOf(v) } }),
  "user:company": (c, v) => c.push({ t: "user", patch: { company: companyOf(v) } }),
};

export const dos: Table<Call> = {
  "chat:open": (c) => c.open(),
  "chat:close": (c) => c.close(),
  "chat:toggle": (c) => (c.state.open ? c.close() : c.open()),
  "chat:show": (c) => c.dispatch({ type: "visible", visible: true }),
  "chat:hide": (c) => c.dispatch({ type: "visible", visible: false }),
  "message:send": send,
  "message:show": showLocal,
  "message:read": (c) => c.markRead(),
  "session:reset": (c, v) => void c.reset().then(() => {
    if (v !== undefined && flagOf(v)) location.reload();
  }),
  "trigger:run": (c, v) => c.runTrigger(stringOf(listOf(v)[0])),
  "consent:grant": (c) => c.consent.grant(),
  "consent:revoke": (c) => c.consent.revoke(),
  ...Object.fromEntries(notYet.map((name) => [name, later(name)])),
};

export const is: Table<(c: Chatbox) => boolean> = {
  "chat:opened": (c) => c.state.open,
  "chat:closed": (c) => !c.state.open,
  "chat:visible": (c) => c.state.visible && !c.state.refused,
  "chat:hidden": (c) => !c.state.visible || c.state.refused,
  "chat:small": () => !window.matchMedia("(max-width: 479.98px)").matches,
  "chat:large": () => window.matchMedia("(max-width: 479.98px)").matches,
  "session:ongoing": (c) => c.state.ongoing,
  "website:available": (c) => c.state.online,
  "consent:granted": (c) => c.consent.isGranted(),
};

export const gets: Table<(c: Chatbox, key?: unknown) => unknown> = {
  "chat:unread:count": (c) => c.state.unread,
  "message:text": (c) => c.state.draft || null,
  "session:identifier": (c) => c.state.session || null,
  "session:data": (c, key) => (typeof key === "string" ? (own(c.state.data, key) ?? null) : { ...c.state.data }),
  "user:email": (c) => c.state.user.email ?? null,
  "user:phone": (c) => c.state.user.phone ?? null,
  "user:nickname": (c) => c.state.user.nickname ?? null,
  "user:avatar": (c) => c.state.user.avatar ?? null,
  "user:company": (c) => c.state.user.company ?? null,
};

const switches: Table<keyof Settings | ""> = {
  "availability:tooltip": "tooltip",
  "hide:on:away": "hideOnAway",
  "hide:on:mobile": "hideOnMobile",
  "hide:vacation": "",
  "position:reverse": "reverse",
  "show:operator:count": "operatorCount",
  "sound:mute": "mute",
};

export const configs: Table<Call> = {
  ...Object.fromEntries(Object.entries(switches).map(([name, key]): [string, Call] => [
    name, key ? (c, v) => c.dispatch({ type: "settings", settings: { [key]: flagOf(v) } }) : later(name),
  ])),
  "container:index": (c, v) => {
    const z = Number(listOf(v)[0]);
    if (!Number.isInteger(z)) throw new TypeError("container:index: a whole number");
    c.dispatch({ type: "settings", settings: { zIndex: z } });
  },
  "color:theme": (c, v) => c.dispatch({ type: "settings", settings: { theme: textOf(v) ?? "" } }),
};

/** own reads a member that the object itself has: "toString" is no data of a visitor. */
function own<T>(object: Record<string, T>, key: string): T | undefined {
  return Object.prototype.hasOwnProperty.call(object, key) ? object[key] : undefined;
}

/** called finds a method in a table. */
export function called<T>(table: Table<T>, method: unknown): T | undefined {
  return typeof method === "string" ? own(table, method) : undefined;
}

const attachments = ["file", "animation", "audio"];

/** send writes as the visitor: [type, content], or a bare text. */
function send(c: Chatbox, values: unknown): void {
  const list = listOf(values);
  const [type, content] = list.length === 1 && typeof list[0] === "string" ? ["text", list[0]] : list;
  if (type === "text") {
    const text = stringOf(content).trim();
    if (!text) throw new TypeError("message:send: a text is expected");
    c.send("text", text);
  } else if (attachments.includes(type as string) && httpUrl((content as Attachment | undefined)?.url)) {
    c.send(type as MessageType, attachmentOf(content as Attachment));
  } else {
    throw new TypeError("message:send: text, file, animation or audio, and its content");
  }
}

function attachmentOf(content: Attachment): Attachment {
  const attachment: Attachment = { url: httpUrl(content.url), type: typeof content.type === "string" ? content.type : "application/octet-stream" };
  if (typeof content.name === "string") attachment.name = content.name;
  if (typeof content.duration === "number") attachment.duration = content.duration;
  return attachment;
}

const shown = ["text", ...attachments, "picker", "field", "carousel"];

/** showLocal shows a message as the website, on this page only. */
function showLocal(c: Chatbox, values: unknown): void {
  const list = listOf(values);
  const [type, content] = list.length === 1 && typeof list[0] === "string" ? ["text", list[0]] : list;
  if (!shown.includes(type as string) || content === undefined || content === null) throw new TypeError("message:show: a type and its content");
  c.dispatch({ type: "local", local: { id: newMessageId(), after: lastSeq(c.state.log) + c.state.pending.length, at: Date.now(), type: type as string, content } });
}

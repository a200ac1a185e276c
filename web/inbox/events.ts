// Entries of the agents' log that are no notes: what agents did to the conversation, and what the page pushed.

import type { EventFrame } from "../protocol/frames";
import { h } from "../design/dom";
import { formatFull, formatTime } from "../design/format";
import type { App } from "./context";
import type { State } from "./state";
import { agentOf } from "./store";
import type { Strings } from "./strings";

const colors = new Set(["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "black"]);

/** drawEvent is a thin line in the log. */
export function drawEvent(app: App, event: EventFrame, s: State): HTMLElement {
  const time = h("time", { class: "event-time", title: formatFull(event.at, app.locale) }, formatTime(event.at, app.locale));
  if (event.removed) {
    return h("div", { class: "row-event" }, h("span", { class: "words", dir: "auto" }, app.t.eventRemoved), time);
  }
  if (event.system) {
    return h("div", { class: "row-event" }, h("span", { class: "words", dir: "auto" }, deedOf(app.t, event, s)), time);
  }
  const data = dataOf(event);
  return h("div", { class: "row-event pushed" },
    eventDot(event),
    h("span", { class: "event-name words", dir: "auto" }, event.name),
    data ? h("span", { class: "event-data words", dir: "auto" }, data) : null,
    time);
}

/** eventDot is the color that the page gave an event. */
export function eventDot(event: EventFrame): HTMLElement {
  const color = event.color && colors.has(event.color) ? event.color : "grey";
  return h("span", { class: `event-dot event-${color}`, "aria-hidden": "true" });
}

function deedOf(t: Strings, event: EventFrame, s: State): string {
  const by = event.by?.name || t.someone;
  switch (event.name) {
    case "assigned": {
      const agent = typeof event.data?.agent === "string" ? event.data.agent : "";
      if (!agent) return t.eventUnassigned(by);
      if (agent === event.by?.id) return t.eventTook(by);
      return t.eventAssigned(by, agentOf(s, s.open?.website ?? s.website, agent)?.name ?? t.someone);
    }
    case "state": {
      const state = typeof event.data?.state === "string" ? event.data.state : "";
      return t.eventState[state]?.(by) ?? `${by}: ${state}`;
    }
    case "blocked": return event.data?.blocked === true ? t.eventBlocked(by) : t.eventUnblocked(by);
    default: return `${by}: ${event.name}`;
  }
}

function dataOf(event: EventFrame): string {
  return Object.entries(event.data ?? {})
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}`)
    .join(" · ");
}

// The forms in which pages write the values of a call. The documented one is an array of arguments; what public code writes besides is
// accepted: a bare value, one pair, an object, strings where a list of lists is meant.

import type { Company, Data, Value } from "../protocol/frames";
import type { Push } from "./pushes";

/** listOf is the arguments of a call: a list, a bare value, or nothing. */
export function listOf(values: unknown): unknown[] {
  if (values === undefined || values === null) return [];
  return Array.isArray(values) ? values : [values];
}

export function stringOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  throw new TypeError("a string is expected");
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** dataOf reads session:data: [[[key, value]…]], [[key, value]…], [key, value], or an object. */
export function dataOf(values: unknown): Data {
  const data: Data = {};
  for (const [key, value] of pairsOf(values)) {
    if (value !== null && !["string", "number", "boolean"].includes(typeof value)) throw new TypeError(`session:data: ${key}: a string, number or boolean`);
    data[key] = value as Value;
  }
  if (!Object.keys(data).length) throw new TypeError("session:data: pairs of key and value");
  return data;
}

function pairsOf(values: unknown): [string, unknown][] {
  if (isPlain(values)) return Object.entries(values);
  const list = listOf(values);
  if (typeof list[0] === "string") return list.length >= 2 ? [[list[0], list[1]]] : [];
  return list.flatMap((item) => (Array.isArray(item) || isPlain(item) ? pairsOf(item) : []));
}

const colors = ["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "black"];

/** eventsOf reads session:event: [[[name, data?, color?]…]], [[name, …]…], [name, …] or a name. The colour may stand second. */
export function eventsOf(values: unknown): Extract<Push, { t: "event" }>[] {
  const list = listOf(values);
  if (typeof list[0] === "string") return [eventOf(list)];
  const events = list.flatMap((item) => (Array.isArray(item) ? eventsOf(item) : []));
  if (!events.length) throw new TypeError("session:event: a name is expected");
  return events;
}

function eventOf([name, ...rest]: unknown[]): Extract<Push, { t: "event" }> {
  const event: Extract<Push, { t: "event" }> = { t: "event", name: stringOf(name) };
  const data = rest.find(isPlain);
  const color = rest.find((v) => typeof v === "string" && colors.includes(v));
  if (data && Object.keys(data).length) event.data = data;
  if (color) event.color = color as string;
  return event;
}

/** segmentsOf reads session:segments: [[segment…], overwrite?], [segment…], or one segment. */
export function segmentsOf(values: unknown): { segments: string[]; overwrite: boolean } {
  const list = listOf(values);
  const segments = Array.isArray(list[0]) ? list[0] : list.filter((v) => typeof v === "string");
  return { segments: segments.map(stringOf).filter(Boolean), overwrite: list.some((v) => v === true) };
}

/** companyOf reads user:company: [name, {url, description, employment, geolocation}?]. */
export function companyOf(values: unknown): Company | null {
  const [name, more] = listOf(values);
  if (name === undefined || name === null || name === "") return null;
  const company: Company = { name: stringOf(name) };
  if (!isPlain(more)) return company;
  for (const key of ["url", "description"] as const) if (typeof more[key] === "string") company[key] = more[key];
  for (const key of ["employment", "geolocation"] as const) {
    const list = listOf(more[key]).filter((v): v is string => typeof v === "string");
    if (list.length) company[key] = list;
  }
  return company;
}

/** textOf reads a single string; null clears. */
export function textOf(values: unknown): string | null {
  const [value] = listOf(values);
  return value === undefined || value === null || value === "" ? null : stringOf(value);
}

/** flagOf reads a single switch; nothing means on. */
export function flagOf(values: unknown): boolean {
  const [value] = listOf(values);
  return value === undefined ? true : value === true || value === "true" || value === 1;
}

import type { Chatbox } from "./chatbox";
import { called, configs, dos, gets, is, later, sets } from "./sdkCalls";
import { eventNames } from "./events";

/** Sdk is the object that pages speak to: window.$crisp, and the same as window.$parlor. */
export interface Sdk extends Array<unknown> {
  set(method: string, values?: unknown): void;
  do(method: string, values?: unknown): void;
  on(event: string, listener: (...args: unknown[]) => void): void;
  off(event: string): void;
  config(method: string, values?: unknown): void;
  get(method: string, key?: string): unknown;
  is(method: string): boolean;
  safe(on: boolean): void;
}

/** Page is the window as far as the SDK changes it. */
export interface Page {
  $crisp?: unknown;
  $parlor?: unknown;
}

/** sdkOf is the array that the page pushed into, or a new one; the same object under both names. */
export function sdkOf(page: Page): Sdk {
  const crisp = page.$crisp;
  const parlor = page.$parlor;
  const object = (isQueue(crisp) ? crisp : isQueue(parlor) ? parlor : []) as Sdk;
  if (isQueue(parlor) && parlor !== object) object.push(...(parlor as unknown[]));
  page.$crisp = page.$parlor = object;
  return object;
}

function isQueue(value: unknown): boolean {
  return Array.isArray(value);
}

/** takeOver makes the array do what is pushed, and replays what was pushed before, in order. A call that fails then stops no other. */
export function takeOver(sdk: Sdk, c: Chatbox): void {
  const waiting = sdk.splice(0);
  const calls = new Calls(c);
  const bound = {
    set: (method: string, values?: unknown) => calls.run(["set", method, values]),
    do: (method: string, values?: unknown) => calls.run(["do", method, values]),
    on: (event: string, listener: unknown) => calls.run(["on", event, listener]),
    off: (event: string) => calls.run(["off", event]),
    config: (method: string, values?: unknown) => calls.run(["config", method, values]),
    safe: (on: boolean) => calls.run(["safe", on]),
    get: (method: string, key?: string) => calls.get(method, key),
    is: (method: string) => calls.is(method),
    push: (...commands: unknown[]) => {
      for (const command of commands) calls.run(command);
      return commands.length;
    },
  };
  for (const [name, value] of Object.entries(bound)) Object.defineProperty(sdk, name, { value, configurable: true, writable: true });
  for (const command of waiting) {
    try {
      calls.run(command);
    } catch (e) {
      console.error(e);
    }
  }
}

class Calls {
  private safe = false;

  constructor(private readonly c: Chatbox) {}

  run(command: unknown): void {
    this.guard(() => this.call(command));
  }

  get(method: string, key?: string): unknown {
    return this.guard(() => known(called(gets, method), `get ${method}`)(this.c, key)) ?? null;
  }

  is(method: string): boolean {
    return this.guard(() => known(called(is, method), `is ${method}`)(this.c)) ?? false;
  }

  /** guard lets bad calls throw, or only warn when the page asked for that. */
  private guard<T>(f: () => T): T | undefined {
    try {
      return f();
    } catch (e) {
      if (!this.safe) throw e;
      console.warn("Parlor:", e);
      return undefined;
    }
  }

  private call(command: unknown): void {
    if (!Array.isArray(command)) throw new TypeError("Parlor: push([action, method, values])");
    const [action, method, values] = command as [unknown, unknown, unknown];
    switch (action) {
      case "set": return known(called(sets, method), `set ${String(method)}`)(this.c, values);
      case "do": return known(called(dos, method), `do ${String(method)}`)(this.c, values);
      case "config": return known(called(configs, method), `config ${String(method)}`)(this.c, values);
      case "on": return this.on(method, values);
      case "off":
        if (!isTool(method)) this.c.events.off(eventOf(method));
        return;
      case "safe":
        this.safe = method !== false;
        return;
      default: throw new TypeError(`Parlor: there is no ${String(action)}; use set, do, on, off, config or safe`);
    }
  }

  private on(event: unknown, listener: unknown): void {
    const callback = Array.isArray(listener) ? listener[0] : listener;
    if (typeof callback !== "function") throw new TypeError(`Parlor: on ${String(event)}: a function is expected`);
    if (isTool(event)) return later(event)(this.c, undefined);
    this.c.events.on(eventOf(event), callback as () => void);
  }
}

/** isTool reports whether an event is one of the tools that pages offer to an assistant; their names are the page's own. */
function isTool(name: unknown): name is string {
  return typeof name === "string" && name.startsWith("hugo:tool:");
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new TypeError(`Parlor: there is no ${what}`);
  return found;
}

function eventOf(name: unknown): string {
  return known((eventNames as readonly unknown[]).includes(name) ? (name as string) : undefined, `event ${String(name)}`);
}

// l.js: what websites embed. It finds its engine by its own address, takes over $crisp, and shows the chatbox.

import { boot, bootLate } from "./boot";

function scriptOrigin(): string {
  const script = document.currentScript as HTMLScriptElement | null;
  const src = script?.src || document.querySelector<HTMLScriptElement>('script[src*="/l.js"]')?.src;
  return new URL(src ?? location.href, location.href).origin;
}

const origin = scriptOrigin();
if (!boot({ origin })) bootLate({ origin });

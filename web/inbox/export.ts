// Handing out what is held on a visitor: as a page to read or as data, made by the server and saved by the browser.

import { h, toggle } from "../design/dom";
import { icon, iconDownload } from "../design/icons";
import type { App } from "./context";
import { openDialog } from "./dialog";
import type { Opened } from "./state";

type Format = "html" | "json";

/** After so long something should be said. */
const slowMs = 2_000;

/** openExport asks as what, and downloads it. Who closes the dialog before it is there gives it up. */
export function openExport(app: App, x: Opened, name: string): void {
  const t = app.t;
  const giveUp = new AbortController();
  const choice = (format: Format, title: string, text: string): HTMLElement => h("label", { class: "export-format" },
    h("input", { type: "radio", name: "format", value: format, checked: format === "html" }), h("b", null, title), h("span", null, text));
  const formats = h("fieldset", { class: "export-formats" }, h("legend", { class: "hidden-text" }, t.exportFormat),
    choice("html", t.exportPage, t.exportPageText), choice("json", t.exportData, t.exportDataText));
  const busy = h("p", { class: "export-busy", role: "status" });
  const failed = h("p", { class: "form-error", role: "alert", hidden: true });
  const go = h("button", { type: "submit", class: "button primary" }, icon(iconDownload, "small"), t.exportDo);
  const cancel = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, t.cancel);
  const form = h("form", { method: "dialog", onsubmit: (e) => { e.preventDefault(); if (!go.disabled) void run(); } },
    formats, h("p", { class: "quiet-text" }, t.exportRecorded), busy, failed, h("div", { class: "dialog-foot" }, cancel, go));
  const run = async (): Promise<void> => {
    const format = new FormData(form).get("format") as Format;
    go.disabled = formats.disabled = true;
    toggle(failed, false);
    const slow = setTimeout(() => { busy.textContent = t.exportBusy; }, slowMs);
    const answer = await request(x, format, giveUp.signal);
    clearTimeout(slow);
    busy.textContent = "";
    if (!dialog.root.open) return;
    if (answer instanceof Blob) {
      save(answer, `${x.session}.${format}`);
      dialog.close();
      app.toaster.show({ text: t.exportDone });
      return;
    }
    failed.textContent = Object.prototype.hasOwnProperty.call(t.exportFailedFor, answer) ? t.exportFailedFor[answer]! : t.exportFailed;
    toggle(failed, true);
    go.disabled = formats.disabled = false;
    go.focus();
  };
  const dialog = openDialog(t.exportTitle(name), "export", [
    h("h2", { class: "words", dir: "auto" }, t.exportTitle(name)), h("p", { class: "export-text" }, t.exportText), form,
  ], () => giveUp.abort());
  form.querySelector("input")!.focus();
}

/** request is what the server made, or the code of why it did not. */
async function request(x: Opened, format: Format, signal: AbortSignal): Promise<Blob | string> {
  try {
    const answer = await fetch("/agent/export", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ website: x.website, session: x.session, format }),
      cache: "no-store",
      signal,
    });
    if (answer.ok) return await answer.blob();
    const refusal = await answer.json().catch(() => null) as { error?: { code?: string } } | null;
    return refusal?.error?.code ?? "internal";
  } catch {
    return "unreachable";
  }
}

/** save lets the browser keep a file as a download. */
function save(file: Blob, name: string): void {
  const url = URL.createObjectURL(file);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000); // the browser reads it after the click
}

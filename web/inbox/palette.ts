// One field for everything: type what to do or whom to go to.

import { h, replaceChildren, setAttr } from "../design/dom";
import { icon, iconArchive, iconCheck, iconEye, iconInbox, iconKeyboard, iconLeave, iconMoon, iconNote, iconPersonAdd, iconRetry, iconSearch, iconSettings, iconSun, iconBlock, iconClock, iconChat } from "../design/icons";
import type { App } from "./context";
import { assignees } from "./assign";
import { openDialog } from "./dialog";
import { visitorFace } from "./face";
import type { KeyTargets } from "./keyboard";
import { nameOf } from "./names";
import { tile } from "./nav";
import type { Theme } from "./prefs";
import { summaryOf } from "./site";
import { siteOf, type Opened } from "./state";
import { currentSummary } from "./store";

interface Command {
  readonly label: string;
  readonly group: string;
  readonly hint?: string;
  readonly before: HTMLElement | SVGElement;
  run(): void;
}

const most = 12;
let made = 0;

export function openPalette(app: App, to: KeyTargets): void {
  const commands = [...conversationCommands(app, to), ...goCommands(app), ...generalCommands(app)];
  const people = conversations(app);
  const id = `palette-${++made}`;
  let shown: readonly Command[] = [];
  let at = 0;
  const list = h("div", { class: "palette-list", role: "listbox", id, "aria-label": app.t.palette });
  const field = h("input", {
    type: "text", class: "palette-field", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list", "aria-label": app.t.palettePlaceholder,
    placeholder: app.t.palettePlaceholder, autocomplete: "off", spellcheck: "false", dir: "auto", oninput: () => draw(), onkeydown: (e) => key(e),
  });
  const run = (c: Command): void => {
    dialog.close();
    c.run();
  };
  const mark = (): void => {
    [...list.querySelectorAll<HTMLElement>("[role=option]")].forEach((o, i) => {
      setAttr(o, "aria-selected", String(i === at));
      if (i === at) o.scrollIntoView({ block: "nearest" });
    });
    setAttr(field, "aria-activedescendant", shown.length ? `${id}-${at}` : null);
  };
  const draw = (): void => {
    shown = found(field.value, commands, people);
    at = 0;
    let group = "";
    replaceChildren(list, ...shown.flatMap((c, i) => {
      const title = c.group === group ? [] : [h("div", { class: "palette-group", role: "presentation" }, c.group)];
      group = c.group;
      return [...title, h("div", { class: "palette-item", role: "option", id: `${id}-${i}`, onclick: () => run(c), onpointermove: () => { if (at !== i) { at = i; mark(); } } },
        h("span", { class: "palette-icon" }, c.before), h("span", { class: "name", dir: "auto" }, c.label), c.hint ? h("kbd", null, c.hint) : null)];
    }), shown.length ? null : h("p", { class: "palette-none" }, app.t.paletteNone));
    mark();
  };
  const key = (e: KeyboardEvent): void => {
    if (e.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step !== undefined && shown.length) at = (at + step + shown.length) % shown.length;
    else if (e.key === "Enter" && shown[at]) run(shown[at]!);
    else return;
    e.preventDefault();
    mark();
  };
  const dialog = openDialog(app.t.palette, "palette", [h("div", { class: "palette-search" }, icon(iconSearch), field), list]);
  draw();
  field.focus();
}

/** found is what fits the words: every word must be somewhere in the label. Names come with words only, so that the list begins short. */
function found(text: string, commands: readonly Command[], people: readonly Command[]): readonly Command[] {
  const words = text.trim().toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  const fits = (c: Command): boolean => words.every((w) => c.label.toLocaleLowerCase().includes(w));
  if (words.length === 0) return commands;
  return [...commands.filter(fits).slice(0, most), ...people.filter(fits).slice(0, most)];
}

function conversationCommands(app: App, to: KeyTargets): Command[] {
  const x = app.store.get().open;
  const c = x && currentSummary(app.store.get(), x);
  if (!x || !c) return [];
  const t = app.t;
  const group = nameOf(c, t);
  const resolved = c.state === "resolved";
  const started: Command[] = c.last ? [
    { group, label: resolved ? t.reopen : t.resolve, hint: "E", before: icon(resolved ? iconRetry : iconCheck), run: () => app.deeds.toggleResolved(x) },
    ...(c.state === "pending" ? [] : [{ group, label: t.pend, before: icon(iconClock), run: () => app.deeds.setState(x, "pending") }]),
  ] : [];
  return [
    { group, label: t.reply, hint: "R", before: icon(iconChat), run: () => to.write("reply") },
    { group, label: t.keyNote, hint: "N", before: icon(iconNote), run: () => to.write("note") },
    ...started,
    ...assignCommands(app, x, group),
    { group, label: c.blocked ? t.unblock : t.block, before: icon(iconBlock), run: () => app.deeds.setBlocked(x, !c.blocked) },
  ];
}

function assignCommands(app: App, x: Opened, group: string): Command[] {
  return assignees(app, x).filter((i) => !i.checked).map((i) => ({
    group, label: i.label === app.t.nobody ? app.t.assignNobodyCommand : app.t.assignToCommand(i.label), before: icon(iconPersonAdd), run: () => i.run(),
  }));
}

function goCommands(app: App): Command[] {
  const t = app.t;
  const s = app.store.get();
  const group = t.paletteGo;
  return [
    { group, label: t.goConversations, before: icon(iconInbox), run: () => app.show("conversations") },
    { group, label: t.goVisitors, before: icon(iconEye), run: () => app.show("visitors") },
    { group, label: t.goSettings, before: icon(iconSettings), run: () => app.show("settings") },
    ...s.websites.filter((w) => w.id !== s.website).map((w): Command => ({ group, label: t.switchTo(w.name), before: tile(w), run: () => app.switchTo(w.id) })),
  ];
}

function generalCommands(app: App): Command[] {
  const t = app.t;
  const group = t.paletteDo;
  const themes: readonly [Theme, string, string][] = [["light", t.themeLight, iconSun], ["dark", t.themeDark, iconMoon], ["system", t.themeSystem, iconSettings]];
  return [
    ...themes.filter(([theme]) => theme !== app.prefs.get().theme).map(([theme, name, glyph]): Command => ({ group, label: t.themeCommand(name), before: icon(glyph), run: () => app.prefs.set({ theme }) })),
    { group, label: t.help, hint: "?", before: icon(iconKeyboard), run: () => app.openHelp() },
    { group, label: t.logout, before: icon(iconLeave), run: () => void app.logout() },
  ];
}

function conversations(app: App): Command[] {
  const s = app.store.get();
  const site = siteOf(s);
  if (!site) return [];
  return Object.keys(site.summaries).map((session) => summaryOf(site, session)!).sort((a, b) => b.active_at - a.active_at).map((c): Command => ({
    group: app.t.conversations,
    label: nameOf(c, app.t),
    before: c.state === "resolved" ? icon(iconArchive) : visitorFace(c.session, c.name, "small"),
    run: () => app.show("conversations", { website: site.info.id, session: c.session }),
  }));
}

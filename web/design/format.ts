// Times and days as people read them, in their locale.

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let format = formats.get(key);
  if (!format) formats.set(key, (format = new Intl.DateTimeFormat(knownLocale(locale), options)));
  return format;
}

/** knownLocale is the locale where it is well-formed, else the browser's: a page may set anything. */
export function knownLocale(locale: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale)[0];
  } catch {
    return undefined;
  }
}

/** formatTime is the time of day, as "10:42". */
export function formatTime(ms: number, locale: string): string {
  return dateFormat(locale, { hour: "numeric", minute: "2-digit" }).format(ms);
}

/** formatFull is the date and time, for titles and details. */
export function formatFull(ms: number, locale: string): string {
  return dateFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(ms);
}

/** dayOf numbers the days in the reader's time zone: two times are of one day when it is equal. */
export function dayOf(ms: number): number {
  const d = new Date(ms);
  return Math.round(Date.UTC(d.getFullYear(), d.getMonth(), d.getDate()) / 86_400_000);
}

/** formatDay is "Today", "Yesterday", a weekday of this week, else a date. */
export function formatDay(ms: number, locale: string, now: number): string {
  const ago = dayOf(now) - dayOf(ms);
  if (ago === 0 || ago === 1) return capital(relative(locale, -ago, "day", "auto"), locale);
  if (ago > 1 && ago < 7) return capital(dateFormat(locale, { weekday: "long" }).format(ms), locale);
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return dateFormat(locale, sameYear ? { weekday: "short", day: "numeric", month: "long" } : { day: "numeric", month: "long", year: "numeric" }).format(ms);
}

/** formatShort is a time as a list shows it: the time today, else the day or date in few letters. */
export function formatShort(ms: number, locale: string, now: number): string {
  const ago = dayOf(now) - dayOf(ms);
  if (ago <= 0) return formatTime(ms, locale);
  if (ago === 1) return capital(relative(locale, -1, "day", "auto"), locale);
  if (ago < 7) return dateFormat(locale, { weekday: "short" }).format(ms);
  const sameYear = new Date(ms).getFullYear() === new Date(now).getFullYear();
  return dateFormat(locale, sameYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "numeric", year: "2-digit" }).format(ms);
}

/** formatAgo is "now", "5 min. ago", "2 hr. ago", "3 days ago". */
export function formatAgo(ms: number, locale: string, now: number): string {
  const seconds = Math.max(0, (now - ms) / 1000);
  if (seconds < 60) return relative(locale, 0, "second", "auto");
  if (seconds < 3600) return relative(locale, -Math.floor(seconds / 60), "minute", "always");
  if (seconds < 86_400) return relative(locale, -Math.floor(seconds / 3600), "hour", "always");
  return relative(locale, -Math.floor(seconds / 86_400), "day", "always");
}

function relative(locale: string, value: number, unit: Intl.RelativeTimeFormatUnit, numeric: "auto" | "always"): string {
  return new Intl.RelativeTimeFormat(knownLocale(locale), { numeric, style: "short" }).format(value, unit);
}

function capital(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(knownLocale(locale)) + text.slice(1);
}

/** formatBytes is a size as "1.2 MB". */
export function formatBytes(bytes: number, locale: string): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3));
  return new Intl.NumberFormat(knownLocale(locale), { style: "unit", unit: units[step], unitDisplay: "short", maximumFractionDigits: 1 }).format(bytes / 1000 ** step);
}

// The session cookie as a script keeps it (P1, P3, P4). Pure but for the jar, which tests replace.

/** Jar is the browser's cookies for the page. */
export interface Jar {
  get(): string;
  set(cookie: string): void;
  readonly hostname: string;
  readonly secure: boolean;
}

export const pageJar: Jar = {
  get: () => document.cookie,
  set: (cookie) => {
    document.cookie = cookie;
  },
  get hostname() {
    return location.hostname;
  },
  get secure() {
    return location.protocol === "https:";
  },
};

const token = /^session_[0-9a-f-]{36}\.[\w-]+$/;

/**
 * readToken finds the website's session cookie. Which prefix the deployment gives its cookies is known only after a welcome, so before
 * that the end of the name decides: session/<website id>, percent-encoded.
 */
export function readToken(jar: Jar, website: string, name = ""): string | null {
  return tokens(jar, website, name)[0] ?? null;
}

function tokens(jar: Jar, website: string, name: string): string[] {
  const end = encodeURIComponent(`session/${website}`).toLowerCase();
  return cookies(jar)
    .filter(([n, value]) => (name ? n === name : n.toLowerCase().endsWith(end)) && token.test(value))
    .map(([, value]) => value);
}

function cookies(jar: Jar): [string, string][] {
  return safely(() => jar.get(), "").split(";").map((pair) => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
}

/** safely answers with the fallback where the browser forbids cookies altogether: sandboxed pages throw. */
function safely<T>(f: () => T, fallback: T): T {
  try {
    return f();
  } catch {
    return fallback;
  }
}

/** CookieWish is where and how long a cookie is to be kept. */
export interface CookieWish {
  name: string;
  /** The owner's or the page's domain; "" lets the base domain be found. */
  domain: string;
  maxAge: number;
}

/** writeToken sets or renews the cookie for the site and all its subdomains. False: the browser did not keep it. */
export function writeToken(jar: Jar, website: string, wish: CookieWish, value: string): boolean {
  const domain = domainFor(jar, wish);
  set(jar, wish.name, value, wish.maxAge, domain);
  // A cookie of the host alone, from before the domain was known, would hide this one.
  if (domain && tokens(jar, website, wish.name).length > 1) {
    set(jar, wish.name, "", 0, "");
    for (const narrower of suffixes(jar.hostname)) {
      if (narrower.length > domain.length) set(jar, wish.name, "", 0, narrower);
    }
  }
  return tokens(jar, website, wish.name).includes(value);
}

/** clearToken takes the cookie away, on whichever of the host's domains it stands. */
export function clearToken(jar: Jar, name: string): void {
  for (const domain of ["", ...suffixes(jar.hostname)]) set(jar, name, "", 0, domain);
}

function set(jar: Jar, name: string, value: string, maxAge: number, domain: string): void {
  const parts = [`${name}=${value}`, "Path=/", `Max-Age=${maxAge}`, "SameSite=Lax"];
  if (domain) parts.push(`Domain=${domain}`);
  if (jar.secure) parts.push("Secure");
  safely(() => jar.set(parts.join("; ")), undefined);
}

function domainFor(jar: Jar, wish: CookieWish): string {
  const wished = wish.domain.toLowerCase();
  if (wished && (jar.hostname === wished || jar.hostname.endsWith(`.${wished}`))) return wished;
  return baseDomain(jar, wish.name);
}

/**
 * baseDomain finds the widest domain on which the browser lets the page set cookies, by trying: "com" is refused, "example.com" is not.
 * "": the host has none (localhost, addresses). The probe carries the deployment's prefix (P1) and is gone at once.
 */
export function baseDomain(jar: Jar, cookieName: string): string {
  const probe = cookieName.replace(/session%2F[^%]*$/i, "") + "probe";
  for (const domain of suffixes(jar.hostname)) {
    set(jar, probe, "1", 10, domain);
    const kept = cookies(jar).some(([name]) => name === probe);
    set(jar, probe, "", 0, domain);
    if (kept) return domain;
  }
  return "";
}

/** suffixes are the domains that could cover a host, the shortest first: of a.b.example.com example.com, b.example.com, a.b.example.com. */
function suffixes(hostname: string): string[] {
  const labels = hostname.split(".");
  if (labels.length < 2 || /^[\d.]+$/.test(hostname) || hostname.includes(":")) return [];
  return labels.map((_, i) => labels.slice(i).join(".")).reverse();
}

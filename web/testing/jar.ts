import type { Jar } from "../widget/cookie";

interface Kept {
  name: string;
  value: string;
  domain: string;
  attributes: string[];
}

/** FakeJar keeps cookies as browsers do (RFC 6265bis) for one page: no cookie for a public suffix, none for a domain that is not the host's. */
export class FakeJar implements Jar {
  kept: Kept[] = [];
  blocked = false;
  readonly tried: string[] = [];

  constructor(readonly hostname: string, readonly secure = true, private readonly publicSuffixes = ["com", "example", "co.uk", "uk"]) {}

  get(): string {
    return this.kept.map((c) => `${c.name}=${c.value}`).join("; ");
  }

  set(cookie: string): void {
    const [pair, ...attributes] = cookie.split("; ");
    const at = pair!.indexOf("=");
    const name = pair!.slice(0, at);
    const value = pair!.slice(at + 1);
    const read = (key: string): string | undefined => attributes.find((a) => a.startsWith(`${key}=`))?.slice(key.length + 1);
    const domain = read("Domain") ?? "";
    this.tried.push(`${name} ${domain}`);
    if (this.blocked || (domain && (this.publicSuffixes.includes(domain) || !(this.hostname === domain || this.hostname.endsWith(`.${domain}`))))) return;
    this.kept = this.kept.filter((c) => c.name !== name || c.domain !== domain);
    if (Number(read("Max-Age")) > 0) this.kept.push({ name, value, domain, attributes });
  }
}

import { equal, ok, test } from "../testing/harness";
import { FakeJar } from "../testing/jar";
import { tokenOf, websiteId } from "../testing/fakes";
import { baseDomain, clearToken, pageJar, readToken, writeToken } from "./cookie";

const name = `parlor-client%2Fsession%2F${websiteId}`;
const wish = { name, domain: "", maxAge: 15552000 };

test("the cookie covers the base domain, found from the shortest suffix up", () => {
  const jar = new FakeJar("a.www.shop.example");
  ok(writeToken(jar, websiteId, wish, tokenOf(1)), "kept");
  equal(jar.kept.map((c) => [c.name, c.domain]), [[name, "shop.example"]]);
  equal(jar.kept[0]!.attributes, ["Path=/", "Max-Age=15552000", "SameSite=Lax", "Domain=shop.example", "Secure"]);
  equal(jar.tried.slice(0, 2), ["parlor-client%2Fprobe example", "parlor-client%2Fprobe example"], "the widest is tried first");
});

test("public suffixes of two labels are passed by", () => {
  equal(baseDomain(new FakeJar("www.shop.co.uk"), name), "shop.co.uk");
  equal(baseDomain(new FakeJar("shop.com"), name), "shop.com");
});

test("hosts without a domain keep the cookie to themselves", () => {
  for (const host of ["localhost", "127.0.0.1", "[::1]"]) {
    const jar = new FakeJar(host, false);
    ok(writeToken(jar, websiteId, wish, tokenOf(1)), host);
    equal(jar.kept[0]!.attributes, ["Path=/", "Max-Age=15552000", "SameSite=Lax"], host);
  }
});

test("no cookie has a name without the deployment's prefix", () => {
  const jar = new FakeJar("www.shop.example");
  writeToken(jar, websiteId, { ...wish, name: `acme-%2Fsession%2F${websiteId}` }, tokenOf(1));
  for (const tried of jar.tried) ok(tried.startsWith("acme-%2F"), tried);
});

test("the owner's domain is taken when it covers the page, else it is searched for", () => {
  const jar = new FakeJar("a.b.shop.example");
  writeToken(jar, websiteId, { ...wish, domain: "b.shop.example" }, tokenOf(1));
  equal(jar.kept[0]!.domain, "b.shop.example");
  const other = new FakeJar("a.b.shop.example");
  writeToken(other, websiteId, { ...wish, domain: "elsewhere.example" }, tokenOf(1));
  equal(other.kept[0]!.domain, "shop.example");
});

test("a narrower cookie of earlier days does not hide the new one", () => {
  const jar = new FakeJar("www.shop.example");
  jar.kept.push({ name, value: tokenOf(9), domain: "", attributes: [] }, { name, value: tokenOf(8), domain: "www.shop.example", attributes: [] });
  ok(writeToken(jar, websiteId, wish, tokenOf(1)), "kept");
  equal(jar.kept.map((c) => [c.value, c.domain]), [[tokenOf(1), "shop.example"]]);
});

test("before a welcome the token is found by the end of its name, and only a token", () => {
  const jar = new FakeJar("shop.example");
  jar.kept.push(
    { name: "other", value: tokenOf(1), domain: "", attributes: [] },
    { name: `x%2Fsession%2F${websiteId.replace("8", "9")}`, value: tokenOf(2), domain: "", attributes: [] },
    { name: `acme%2Fsession%2F${websiteId}`, value: "not a token", domain: "", attributes: [] });
  equal(readToken(jar, websiteId), null);
  jar.kept.push({ name: `acme%2Fsession%2F${websiteId}`, value: tokenOf(3), domain: "", attributes: [] });
  equal(readToken(jar, websiteId), tokenOf(3));
});

test("a browser that keeps no cookies is noticed", () => {
  const jar = new FakeJar("shop.example");
  jar.blocked = true;
  equal(writeToken(jar, websiteId, wish, tokenOf(1)), false);
  const sandboxed = { hostname: "x", secure: true, get: () => { throw new DOMException("", "SecurityError"); }, set: () => { throw new DOMException("", "SecurityError"); } };
  equal(writeToken(sandboxed, websiteId, wish, tokenOf(1)), false);
  equal(readToken(sandboxed, websiteId), null);
});

test("clearing takes it from every domain", () => {
  const jar = new FakeJar("a.shop.example");
  jar.kept.push({ name, value: "1", domain: "shop.example", attributes: [] }, { name, value: "2", domain: "", attributes: [] });
  clearToken(jar, name);
  equal(jar.kept, []);
});

test("this very browser does the same on www.shop.example", () => {
  equal(location.hostname, "www.shop.example");
  equal(baseDomain(pageJar, name), "shop.example");
  ok(writeToken(pageJar, websiteId, wish, tokenOf(4)), "kept");
  equal(readToken(pageJar, websiteId), tokenOf(4));
  ok(document.cookie.startsWith(`parlor-client%2Fsession%2F${websiteId}=`), "the name on the wire is percent-encoded");
  clearToken(pageJar, name);
  equal(document.cookie, "");
});

import { equal, ok, settled, test, until } from "../testing/harness";
import { FakeClock, tokenOf, welcome, websiteId } from "../testing/fakes";
import { FakeJar } from "../testing/jar";
import type { VisitorWelcome } from "../protocol/frames";
import { globals } from "./globals";
import { Keeper } from "./keeper";

const name = `parlor-client%2Fsession%2F${websiteId}`;

function setUp(jar = new FakeJar("www.shop.example"), answers: { status: number; body?: unknown }[] = []) {
  const clock = new FakeClock();
  const seen = { adopted: 0, blocked: [] as boolean[], requests: [] as { method: string; url: string; body: Record<string, unknown> }[] };
  const page = { tokenId: "", cookieDomain: "", cookieExpire: 0 };
  const keeper = new Keeper({
    website: websiteId, origin: "https://chat.shop.example", jar, clock,
    globals: { ...globals, tokenId: () => page.tokenId, cookieDomain: () => page.cookieDomain, cookieExpire: () => page.cookieExpire },
    onAdopt: () => seen.adopted++,
    onBlocked: (b) => seen.blocked.push(b),
    fetch: ((url: string, init: RequestInit) => {
      seen.requests.push({ method: init.method!, url, body: init.body ? (JSON.parse(init.body as string) as Record<string, unknown>) : {} });
      const { status, body } = answers.shift() ?? { status: 204 };
      return Promise.resolve(new Response(body === undefined ? null : JSON.stringify(body), { status }));
    }) as typeof fetch,
  });
  const says = (change: object = {}, cookie: object = {}): VisitorWelcome => {
    const w = welcome(change) as unknown as VisitorWelcome;
    return { ...w, cookie: { ...w.cookie!, ...cookie } };
  };
  return { keeper, jar, clock, seen, page, says };
}

const values = (jar: FakeJar): string[] => jar.kept.map((c) => c.value);
const put = (jar: FakeJar, value: string): void => jar.set(`${name}=${value}; Path=/; Max-Age=100; Domain=shop.example`);

test("mode load: the cookie is set at the welcome, and renewed at every load", () => {
  const first = setUp();
  equal(first.keeper.present(), undefined);
  ok(first.keeper.welcomed(first.says({ token: tokenOf(1) })), "kept");
  equal(values(first.jar), [tokenOf(1)]);
  const second = setUp(first.jar);
  equal(second.keeper.present(), tokenOf(1));
  first.jar.tried.length = 0;
  second.keeper.welcomed(second.says());
  equal(values(first.jar), [tokenOf(1)]);
  ok(first.jar.tried.some((t) => t.startsWith(name)), "written again");
});

test("mode open: only when the visitor opens the chat; a known visitor's is renewed", () => {
  const { keeper, jar, says } = setUp();
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { mode: "open" }));
  equal(values(jar), []);
  equal(keeper.present(), tokenOf(1), "kept in memory meanwhile");
  keeper.open();
  equal(values(jar), [tokenOf(1)]);
});

test("mode consent: only after consent, and revoking takes it away", () => {
  const { keeper, jar, says } = setUp();
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { mode: "consent" }));
  keeper.open();
  equal([values(jar), keeper.isGranted()], [[], false]);
  keeper.grant();
  equal([values(jar), keeper.isGranted()], [[tokenOf(1)], true]);
  keeper.revoke();
  equal([values(jar), keeper.isGranted()], [[], false]);
  keeper.present();
  keeper.welcomed(says({}, { mode: "consent" }));
  equal([values(jar), keeper.isGranted()], [[], false], "a reconnect does not bring it back");
});

test("the page's own term and domain win", () => {
  const { keeper, jar, page, says } = setUp(new FakeJar("a.www.shop.example"));
  page.cookieExpire = 3600;
  page.cookieDomain = "www.shop.example";
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }));
  equal(jar.kept[0]!.attributes.slice(1, 4), ["Max-Age=3600", "SameSite=Lax", "Domain=www.shop.example"]);
});

test("P5: another tab was first: its token is taken instead of the new one", () => {
  const { keeper, jar, says } = setUp();
  equal(keeper.present(), undefined);
  put(jar, tokenOf(2));
  equal(keeper.welcomed(says({ token: tokenOf(1) })), false);
  equal(keeper.present(), tokenOf(2));
  ok(keeper.welcomed(says()), "the second welcome is kept");
  equal(values(jar), [tokenOf(2)]);
});

test("P5: two tabs that write at once settle on the one that stands", () => {
  const { keeper, jar, clock, seen, says } = setUp();
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }));
  put(jar, tokenOf(2));
  equal(seen.adopted, 0);
  clock.advance(300);
  equal(seen.adopted, 1);
  equal(keeper.present(), tokenOf(2));
});

test("P5: two tabs can not chase each other for ever", () => {
  const { keeper, jar, seen, says } = setUp();
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }));
  for (let i = 0; i < 20; i++) {
    put(jar, tokenOf(2 + (i % 2)));
    keeper.check();
  }
  equal(seen.adopted, 4);
});

test("a token that the server did not know is replaced, not adopted", () => {
  const { keeper, jar, says } = setUp();
  put(jar, tokenOf(1));
  equal(keeper.present(), tokenOf(1));
  ok(keeper.welcomed(says({ token: tokenOf(2) })), "kept");
  equal(values(jar), [tokenOf(2)]);
});

test("a session that the page names wins over the cookie", () => {
  const { keeper, jar, page, says } = setUp();
  put(jar, tokenOf(1));
  page.tokenId = "user-42";
  keeper.present();
  put(jar, tokenOf(2));
  ok(keeper.welcomed(says({ token: tokenOf(3) })), "kept");
  equal(values(jar), [tokenOf(3)]);
});

test("a blocked cookie is told, and the token stays in memory", () => {
  const { keeper, jar, seen, says } = setUp();
  jar.blocked = true;
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }));
  equal(seen.blocked, [true]);
  equal(keeper.present(), tokenOf(1));
});

test("by server: posted, verified by a renewal, then out of the script's hands", async () => {
  const { keeper, jar, seen, page, says } = setUp();
  page.cookieExpire = 60;
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { by: "server" }));
  await settled();
  equal(seen.requests.map((r) => [r.method, r.url, r.body]), [
    ["POST", "https://chat.shop.example/visitor/cookie", { website: websiteId, token: tokenOf(1), max_age: 60 }],
    ["POST", "https://chat.shop.example/visitor/cookie", { website: websiteId, max_age: 60 }],
  ]);
  equal([keeper.present(), values(jar), seen.blocked], [undefined, [], [false]]);
});

test("by server: a browser that stored nothing keeps the token in memory", async () => {
  const { keeper, seen, says } = setUp(undefined, [{ status: 204 }, { status: 400, body: {} }]);
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { by: "server" }));
  await settled();
  equal([keeper.present(), seen.blocked], [tokenOf(1), [true]]);
});

test("by server: adopt means to come back without a token", async () => {
  const { keeper, seen, says } = setUp(undefined, [{ status: 200, body: { adopt: true } }]);
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { by: "server" }));
  await until(() => seen.adopted === 1, "the other session is adopted");
  equal(keeper.present(), undefined);
});

test("by server: where the node refuses, the script sets the cookie", async () => {
  const { keeper, jar, says } = setUp(undefined, [{ status: 403, body: {} }]);
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { by: "server" }));
  await settled();
  equal(values(jar), [tokenOf(1)]);
});

test("forgetting clears here and at the server", async () => {
  const { keeper, jar, seen, says } = setUp();
  keeper.present();
  keeper.welcomed(says({ token: tokenOf(1) }, { by: "server" }));
  await settled();
  put(jar, tokenOf(1));
  await keeper.forget();
  equal([keeper.present(), values(jar)], [undefined, []]);
  equal(seen.requests[2]!.method, "DELETE");
  ok(seen.requests[2]!.url.includes(`website=${websiteId}`), "names the website");
});

// A test runner in a page: tests of one file run one after the other, and the Go test reads what came out.

export interface Result {
  name: string;
  error: string;
}

type Test = () => void | Promise<void>;

const tests: [string, Test][] = [];
const limitMs = 10_000;

/** test registers a test. A test that throws, or takes longer than ten seconds, failed. */
export function test(name: string, run: Test): void {
  tests.push([name, run]);
}

async function runAll(): Promise<Result[]> {
  const results: Result[] = [];
  for (const [name, run] of tests) {
    let error = "";
    try {
      await Promise.race([Promise.resolve().then(run), late()]);
    } catch (e) {
      error = e instanceof Error ? `${e.message}\n${e.stack ?? ""}` : String(e);
    }
    results.push({ name, error });
  }
  return results;
}

function late(): Promise<never> {
  return new Promise((_, reject) => setTimeout(() => reject(new Error(`took longer than ${limitMs} ms`)), limitMs));
}

(globalThis as { runTests?: () => Promise<Result[]> }).runTests = runAll;

function show(value: unknown): string {
  return value instanceof Error ? value.message : (JSON.stringify(value) ?? String(value));
}

/** equal compares by structure; members that are undefined count as left out. */
export function equal(got: unknown, want: unknown, what = ""): void {
  if (canonical(got) !== canonical(want)) throw new Error(`${what ? `${what}: ` : ""}got ${show(got)}, want ${show(want)}`);
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === "object" && v !== null && !Array.isArray(v)
    ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1)))
    : v)) ?? String(value);
}

export function ok(value: unknown, what: string): asserts value {
  if (!value) throw new Error(`not so: ${what}`);
}

/** throws expects an error and returns it. */
export async function throws(f: () => unknown, what = ""): Promise<unknown> {
  try {
    await f();
  } catch (e) {
    return e;
  }
  throw new Error(`${what || "the call"} did not throw`);
}

/** until waits for a condition of the page: an event, a frame, a style. */
export async function until(condition: () => unknown, what: string): Promise<void> {
  const end = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}`);
    await new Promise((done) => requestAnimationFrame(done));
  }
}

/** settled lets microtasks run: views show changes at the end of the task. */
export async function settled(): Promise<void> {
  await new Promise((done) => setTimeout(done, 0));
}

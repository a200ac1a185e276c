import { equal, settled, test } from "../testing/harness";
import { FakeClock } from "../testing/fakes";
import type { ServerFrame } from "../protocol/frames";
import { Consent } from "./consent";

interface Asked {
  frame: { t: string; tracking: boolean };
  ack(): Promise<void>;
  fail(code: string, retryMs?: number): Promise<void>;
}

function setUp(byConsent = false) {
  const clock = new FakeClock();
  const asked: Asked[] = [];
  const seen = { granted: 0, withdrawn: 0, warned: 0 };
  const cookie = { granted: false, elsewhere: 0 };
  const consent = new Consent({
    request: (frame) => new Promise<ServerFrame>((resolve, reject) => {
      asked.push({
        frame: frame as Asked["frame"],
        ack: () => (resolve({ t: "ack" }), settled()),
        fail: (code, retryMs) => (reject({ code, message: "", retry_ms: retryMs } as never), settled()),
      });
    }),
    cookie: {
      grant: () => { cookie.granted = true; },
      revoke: () => { cookie.granted = false; },
      withdrawn: () => { cookie.granted = false; cookie.elsewhere++; },
      byConsent: () => byConsent, isGranted: () => cookie.granted,
    },
    onGranted: () => seen.granted++, onWithdrawn: () => seen.withdrawn++, warn: () => seen.warned++, clock,
  });
  const words = (): boolean[] => asked.map((a) => a.frame.tracking);
  return { clock, asked, words, seen, cookie, consent, state: () => [consent.isGranted(), consent.holdsBack()] };
}

test("P13: where nothing is demanded, nothing is held back until the visitor says no", async () => {
  const { consent, asked, words, seen, state } = setUp();
  consent.welcomed(undefined);
  equal([state(), words()], [[false, false], []]);
  consent.revoke();
  equal([state(), words(), seen.withdrawn], [[false, true], [false], 1]);
  await asked[0]!.ack();
  equal(state(), [false, true]);
  consent.grant();
  equal([state(), words()], [[true, true], [false, true]], "until the server has it, the server would refuse");
  await asked[1]!.ack();
  equal(state(), [true, false]);
});

test("P13: where consent is demanded, what waits goes when the server has it", async () => {
  const { consent, asked, words, state, seen } = setUp();
  consent.grant();
  equal(words(), [], "not connected");
  consent.welcomed({ required: true });
  equal([state(), words()], [[true, true], [true]]);
  const before = seen.granted;
  await asked[0]!.ack();
  equal([state(), seen.granted], [[true, false], before + 1]);
  consent.grant();
  consent.closed();
  consent.welcomed({ required: true, tracking: true });
  equal([state(), words()], [[true, false], [true]], "the same is not told twice");
});

test("P13: the last word wins, however fast it changes", async () => {
  const { consent, asked, words, state } = setUp();
  consent.welcomed({ required: true });
  consent.grant();
  consent.revoke();
  equal([state(), words()], [[false, true], [true]]);
  await asked[0]!.ack();
  equal([state(), words()], [[false, true], [true, false]]);
  consent.grant();
  consent.revoke();
  await asked[1]!.ack();
  equal([state(), words()], [[false, true], [true, false]]);
});

test("P13: what was not answered is told again", async () => {
  const { consent, clock, asked, words, state } = setUp();
  consent.welcomed({ required: true, tracking: true });
  consent.revoke();
  await asked[0]!.fail("unavailable", 1000);
  equal(state(), [false, true]);
  clock.advance(1000);
  equal(words(), [false, false]);
  consent.closed();
  await asked[1]!.fail("closed");
  consent.welcomed({ required: true, tracking: true });
  equal(words(), [false, false, false]);
  await asked[2]!.ack();
  equal(state(), [false, true]);
});

test("P13: another tab's no is not undone by this page's yes of before", async () => {
  const { consent, asked, words, seen, cookie, state } = setUp();
  consent.welcomed({ required: true });
  consent.grant();
  await asked[0]!.ack();
  consent.learned(false);
  equal([state(), seen.withdrawn, cookie.elsewhere], [[false, true], 1, 1]);
  consent.closed();
  consent.welcomed({ required: true, tracking: false });
  equal([state(), words()], [[false, true], [true]]);
  consent.learned(true);
  equal(state(), [true, false]);
});

test("P13: a session that replaces a lost one is told the last word; one of somebody else is not", async () => {
  const { consent, asked, words } = setUp();
  consent.welcomed({ required: true });
  consent.grant();
  await asked[0]!.ack();
  consent.closed();
  consent.welcomed({ required: true });
  equal(words(), [true, true]);
  await asked[1]!.ack();
  consent.closed();
  consent.forget();
  consent.welcomed({ required: true });
  equal([words(), consent.isGranted(), consent.holdsBack()], [[true, true], false, true]);
});

test("P13: a demand that came later is learned from the refusal", () => {
  const { consent, state } = setUp();
  consent.welcomed(undefined);
  consent.refused();
  equal(state(), [false, true]);
});

test("P13: with the cookie by consent, the cookie's rule counts as well", async () => {
  const { consent, cookie, asked, state } = setUp(true);
  consent.welcomed(undefined);
  equal(state(), [false, true]);
  cookie.granted = true; // a known visitor's
  equal(state(), [true, false]);
  consent.welcomed({ required: true });
  equal(state(), [false, true], "the node never heard of it");
  consent.grant();
  await asked[0]!.ack();
  equal(state(), [true, false]);
});

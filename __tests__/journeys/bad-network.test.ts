/** The way to Fanfare, broken in every way, as shoppers see it over HTTP. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { Browser, openShop, type Shop, until } from '../support/shop.js';
import { FAULTS, FaultyProxy, type ProxyFault } from '../support/faulty-proxy.js';

const COLD = 8;
/** In an outage: a call for each who comes, and some more. */
const MOST_PER_SHOPPER = 1.2;
const QUICK: readonly ProxyFault[] = [
  ...(['resets at once', 'hangs up without an answer', 'breaks off in its body'] as const),
  ...(['speaks no HTTP', 'resets in the middle of a request', 'resets at once'] as const),
];
const TURN_MS = 10;
/** One deadline takes 200 turns of this process at most, two take 350 where nothing else runs; a slow machine's turns are longer. */
const TOO_MANY_TURNS = 300;

let emulator: Emulator;
let proxy: FaultyProxy;
let shop: Shop;
/** Requests that were made of Fanfare, whatever became of them. */
let calls: number;
/** Those of them that went out: on a slow machine some are given up before there is a connection for them. */
let sent: number;
const toFanfare = (message: unknown): boolean => {
  const { origin } = (message as { request: { origin: unknown } }).request;
  return String(origin).endsWith(`:${String(proxy.port)}`);
};
const countCall = (message: unknown): void => {
  if (toFanfare(message)) calls += 1;
};
const countSent = (message: unknown): void => {
  if (toFanfare(message)) sent += 1;
};

beforeEach(async () => {
  emulator = createEmulator();
  proxy = await FaultyProxy.start((await emulator.listen()).url);
  calls = 0;
  sent = 0;
  subscribe('undici:request:create', countCall);
  subscribe('undici:client:sendHeaders', countSent);
});

afterEach(async () => {
  unsubscribe('undici:request:create', countCall);
  unsubscribe('undici:client:sendHeaders', countSent);
  await shop.close();
  await proxy.close();
  await emulator.close();
});

async function open(baseUrl = `http://127.0.0.1:${String(proxy.port)}`): Promise<void> {
  shop = await openShop({
    emulator,
    onSubmit: (req, res) => {
      res.statusCode = 402;
      res.end(req.admission?.verifiedBy);
    },
    options: { api: { baseUrl }, deliveries: 'manual' },
  });
}

const token = (): string => emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' }).token;

/** A shopper with a token that nobody has seen. */
async function cold(): Promise<Response> {
  return new Browser(shop.origin).visit(`/checkout?admission_token=${token()}`);
}

/** The answer, unless it takes so long that two deadlines must have passed. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let turns = 0;
  const turning = setInterval(() => (turns += 1), TURN_MS);
  const given = await answer.finally(() => {
    clearInterval(turning);
  });
  expect(turns).toBeLessThan(TOO_MANY_TURNS);
  return given;
}

async function expectOutage(known: Browser | undefined): Promise<void> {
  const strangers = Array.from({ length: COLD }, () => inTime(cold()));
  const order = known === undefined ? undefined : inTime(known.submit('/checkout', { token: token() }));
  for (const answer of await Promise.all(strangers)) {
    expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true]);
    expect(await answer.text()).toContain('http-equiv="refresh"');
  }
  if (order !== undefined) expect(await (await order).text()).toBe('grace');
  expect(await known?.visit('/checkout').then(({ status }) => status)).toBe(known && 200);
}

describe.each(Object.keys(FAULTS) as ProxyFault[])('a way that %s', (fault) => {
  test('costs each shopper one call and its deadline, and no socket', async () => {
    await open();
    const known = await shop.admitted();
    const base = proxy.stillOpen();
    proxy.cut();
    await until(() => proxy.stillOpen() === 0);
    proxy.fault = fault;
    calls = 0;
    await expectOutage(known);
    // None of them may be made twice: something may have happened.
    expect(calls).toBe(COLD + 1);
    await until(() => proxy.stillOpen() <= base);
    proxy.fault = undefined;
    await until(async () => (await cold()).status === 303);
  });
});

test('a way where nobody listens is tried hardly more often than shoppers come', async () => {
  await open();
  const known = await shop.admitted();
  await proxy.close();
  calls = 0;
  await expectOutage(known);
  expect(calls).toBeLessThanOrEqual((COLD + 1) * MOST_PER_SHOPPER);
});

test('a way that breaks and mends without end is tried no more often for it', async () => {
  await open();
  await cold();
  const base = proxy.stillOpen();
  calls = 0;
  const rounds = Array.from({ length: 12 }, (_, round) => (round % 2 === 0 ? QUICK[round / 2] : undefined));
  for (const fault of rounds) {
    proxy.fault = fault;
    proxy.cut();
    const answers = await Promise.all(Array.from({ length: COLD }, () => inTime(cold())));
    for (const { status } of answers) expect([303, 503]).toContain(status);
  }
  expect(calls).toBeLessThanOrEqual(rounds.length * COLD * MOST_PER_SHOPPER);
  await until(async () => (await cold()).status === 303);
  await until(() => proxy.stillOpen() <= base);
});

test.each([
  ['has no name', () => 'https://fanfare.invalid'],
  ['speaks no TLS', () => `https://127.0.0.1:${String(proxy.port)}`],
])('a way that %s', async (_what, baseUrl) => {
  await open(baseUrl());
  await expectOutage(undefined);
  await until(() => proxy.stillOpen() === 0);
});

test('a crowd in an outage makes hardly a call, and hears at once', async () => {
  await open();
  proxy.fault = 'takes everything and says nothing';
  const crowd = async (): Promise<void> => {
    for (const answer of await Promise.all(Array.from({ length: 120 }, cold)))
      expect(answer.status).toBe(503);
  };
  const startedAt = performance.now();
  // One each 5 seconds, however long this takes.
  const probes = (since: number): number => (performance.now() - since) / 5_000;
  const isKnown = (): boolean => shop.events.some(({ type }) => type === 'fanfare.unavailable');
  // The first ones find out, on a busy machine not all at once. All who come later are told by those.
  while (!isKnown()) await crowd();
  const [found, since] = [sent, performance.now()];
  // As many as have room, and as many again as fail before it is clear that all do: twenty answers are looked at.
  expect(found).toBeGreaterThanOrEqual(20);
  expect(found).toBeLessThanOrEqual(50 + 20 + probes(startedAt));
  await crowd();
  await crowd();
  expect(sent - found).toBeLessThanOrEqual(1 + probes(since));
  proxy.fault = undefined;
  await until(async () => (await cold()).status === 303);
  expect(shop.events.map(({ type }) => type)).toContain('fanfare.recovered');
});

/**
 * Damaged tokens, cookies, queries and bodies through the guards: `FUZZ_RUNS` of them (20,000), from `FUZZ_SEED` (a new one
 * each time), beginning with case `FUZZ_FROM` (0). A failure says how to have the same case again.
 */
import { randomInt } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { record } from '../reliability/figures.js';
import { closeStages, listen } from '../support/servers.js';
import { cpuMs } from './cpu-time.js';
import { Dice } from './dice.js';
import { type FuzzedShop, openFuzzedShop } from './fuzzed-shop.js';
import { type Ask, askInProcess, type Outcome } from './in-process.js';
import { wrongWith } from './judge.js';
import { askOverHttp } from './over-http.js';
import { strangeAsk } from './strange-asks.js';

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
const FROM = Number(process.env['FUZZ_FROM'] ?? 0);
const OVER_HTTP = 1_000;
const PLAIN: Ask = { method: 'GET', target: '/checkout', headers: { host: 'shop.example', accept: '*/*' } };
/** Long enough for the slowest machine: what is too slow is seen by the figures, not by this. */
const ENOUGH_MS = 120_000 + RUNS * 20;

type Send = (ask: Ask) => Promise<Outcome>;

let shop: FuzzedShop;

beforeAll(async () => {
  shop = await openFuzzedShop();
});
afterAll(async () => {
  await closeStages();
  await shop.fanfare.close();
});

/** Whether our cookie is there, whole and under its name. */
function holdsCookie({ headers }: Ask): boolean {
  const whole = new RegExp(`(^|[ ;])${shop.genuine.cookie.join('=')}[ \\t]*(;|$)`);
  return whole.test(headers['cookie'] ?? '');
}

/** Whether a text that we have signed is there, whole and alone under its name. */
function holds({ target }: Ask, name: string, text: string): boolean {
  return target
    .split(/[?&]/)
    .filter((pair) => pair.startsWith(`${name}=`))
    .includes(`${name}=${text}`);
}

/** Sends case number `turn`; resolves to whether it may have passed, and throws when anything is wrong. */
async function strangerIsRefused(send: Send, turn: number): Promise<boolean> {
  const ask = strangeAsk(shop.genuine, new Dice(SEED, turn));
  const before = shop.yeses();
  const again = `FUZZ_SEED=${String(SEED)} FUZZ_FROM=${String(turn)} FUZZ_RUNS=1: ${JSON.stringify(ask)}`;
  const outcome = await send(ask).catch((cause: unknown) => {
    throw new Error(`no answer. ${again}`, { cause });
  });
  const { link, reference } = shop.genuine;
  const signed = holds(ask, 'fanfare_handoff', link) || holds(ask, 'fanfare_return', reference);
  const mayPass = shop.yeses() > before || holdsCookie(ask) || signed;
  const wrong = wrongWith(ask, outcome, mayPass);
  if (wrong !== undefined) throw new Error(`${wrong}. ${again} -> ${JSON.stringify(outcome)}`);
  return mayPass;
}

/** Milliseconds of the processor that each call took, sorted. */
async function timed(times: number, call: (turn: number) => Promise<unknown>): Promise<Float64Array> {
  const spent = new Float64Array(times);
  for (let turn = 0; turn < times; turn += 1) {
    const began = cpuMs();
    await call(turn);
    spent[turn] = cpuMs() - began;
  }
  return spent.sort();
}

const at = (sorted: Float64Array, share: number): number => sorted[Math.floor((sorted.length - 1) * share)]!;

test('what is good passes, so that a refusal means something', async () => {
  const { signed, opaque, ids, cookie, link, reference } = shop.genuine;
  const beside = new URLSearchParams(ids).toString();
  const pass = (target: string, headers: Record<string, string> = {}): Promise<Outcome> =>
    askInProcess(shop.listener('Express 5'), { method: 'GET', target, headers });
  for (const answer of [
    await pass(`/checkout?admission_token=${signed}`),
    await pass(`/checkout?admission_token=${opaque}&${beside}`),
    await pass('/checkout', { cookie: cookie.join('=') }),
    await pass(`/checkout?fanfare_handoff=${link}`),
    await pass(`/back?fanfare_return=${reference}`, { cookie: cookie.join('=') }),
  ]) {
    expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('"consumerId":"cons_1"')]);
  }
});

test('the judge sees what must not be', () => {
  const answer = (outcome: Partial<Outcome>): Outcome => ({ status: 403, headers: {}, text: '', ...outcome });
  const json = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
  for (const bad of [
    answer({ status: 200, headers: json, text: '{"admission":{"consumerId":"cons_1"}}' }),
    answer({ status: 500, headers: json }),
    answer({ status: 204, headers: { 'cache-control': 'no-store' } }),
    answer({ headers: json, text: '{"code":"FANFARE_UNAVAILABLE"}' }),
    answer({ status: 303, headers: { location: '//evil.example' } }),
    answer({ status: 303, headers: { location: '/other' } }),
    answer({ headers: { ...json, 'x-y': '1' } }),
    answer({
      headers: {
        ...json,
        'set-cookie': 'fanfare_admission_aaaaaaaa=x.y.z; Max-Age=9; Path=/; HttpOnly; SameSite=Lax',
      },
    }),
  ]) {
    expect(wrongWith(PLAIN, bad, false)).toEqual(expect.any(String));
  }
});

test.each(['Express 5', 'node:http'] as const)(
  'in process on %s: nobody is let in, nothing is left uncaught',
  async (kind) => {
    const listener: RequestListener = shop.listener(kind);
    const send: Send = (ask) => askInProcess(listener, ask);
    const runs = Math.ceil(RUNS / 2);
    const from = FROM + (kind === 'Express 5' || RUNS === 1 ? 0 : runs);
    const plain = await timed(2_000, () => send(PLAIN));
    let good = 0;
    const strange = await timed(runs, async (turn) => {
      if (await strangerIsRefused(send, from + turn)) good += 1;
    });
    record('fuzz', kind, {
      requests: runs,
      'let in': 0,
      uncaught: 0,
      'still good': good,
      'median, ms': at(strange, 0.5).toFixed(2),
      '999 of 1,000 within, ms': at(strange, 0.999).toFixed(2),
      'slowest, ms': at(strange, 1).toFixed(1),
      'over 5 ms': strange.filter((spent) => spent > 5).length,
      seed: SEED,
    });
    // Damage that damaged nothing proves nothing.
    expect(good / runs).toBeLessThan(RUNS === 1 ? 2 : 0.2);
    expect(at(strange, 0.9) / at(plain, 0.5)).toBeLessThan(40);
  },
  ENOUGH_MS,
);

test.each(['Express 5', 'node:http'] as const)(
  'over HTTP on %s: the same',
  async (kind) => {
    const origin = await listen(shop.listener(kind));
    const runs = Math.min(RUNS, OVER_HTTP);
    for (let turn = 0; turn < runs; turn += 1)
      await strangerIsRefused((ask) => askOverHttp(origin, ask), FROM + turn);
    expect((await askOverHttp(origin, { ...PLAIN, target: '/page' })).status).toBe(200);
  },
  ENOUGH_MS,
);

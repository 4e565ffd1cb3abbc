/**
 * Damaged tokens, cookies, queries and bodies through the guards: `FUZZ_RUNS` of them (20,000), from `FUZZ_SEED` (a new one
 * each time), beginning with case `FUZZ_FROM` (0). A failure says how to have the same case again. The many are in
 * `fuzz-express.test.ts` and `fuzz-node.test.ts`; here is what shows that they mean something, and some of them over HTTP.
 */
import type { RequestListener } from 'node:http';
import { closeStages, listen } from '../support/servers.js';
import { cpuMs } from './cpu-time.js';
import { type FuzzedShop, openFuzzedShop } from './fuzzed-shop.js';
import { askInProcess, type Outcome } from './in-process.js';
import { wrongWith } from './judge.js';
import { askOverHttp } from './over-http.js';
import { PLAIN, slowEachTime } from './slow.js';
import { ENOUGH_MS, FROM, RUNS, strangerOf } from './stranger.js';

const OVER_HTTP = 1_000;

let shop: FuzzedShop;

beforeAll(async () => {
  shop = await openFuzzedShop();
});
afterAll(async () => {
  await closeStages();
  await shop.fanfare.close();
});

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

/** A listener that keeps the processor busy for so many milliseconds before every answer. */
function busyFor(milliseconds: number, listener: RequestListener): RequestListener {
  return (req, res) => {
    const end = cpuMs() + milliseconds;
    while (cpuMs() < end);
    listener(req, res);
  };
}

test('what is slow each time is seen, and what was slow by chance is let go', async () => {
  const [limit, turns] = [4, [FROM, FROM + 1]];
  let shops = 0;
  // Above the limit of the longest head.
  const always = (one: FuzzedShop): RequestListener => busyFor(50 * limit, one.listener('node:http'));
  const byChance = (one: FuzzedShop): RequestListener =>
    (shops += 1) < 3 ? always(one) : one.listener('node:http');
  expect(await slowEachTime(always, turns, limit)).toEqual(turns);
  expect(await slowEachTime(byChance, turns, limit)).toEqual([]);
  expect(shops).toBeGreaterThan(2);
});

test.each(['Express 5', 'node:http'] as const)(
  'over HTTP on %s: the same',
  async (kind) => {
    const origin = await listen(shop.listener(kind));
    const runs = Math.min(RUNS, OVER_HTTP);
    const ask = strangerOf(shop, (request) => askOverHttp(origin, request));
    for (let turn = 0; turn < runs; turn += 1) await ask(FROM + turn);
    expect((await askOverHttp(origin, { ...PLAIN, target: '/page' })).status).toBe(200);
  },
  ENOUGH_MS,
);

/** Who gets through while Fanfare cannot be asked, as the merchant has set it, over HTTP. */
import bodyParser from 'body-parser';
import type { Fault } from '../../lib/emulator/index.js';
import type { Fanfare, FanfareOptions, Ledger, RequestAdmission } from '../../lib/index.js';
import { memoryLedger } from '../../lib/index.js';
import { offlineVerifier } from '../../lib/jwks/index.js';
import { byNobody, claims, token as minted } from '../jwks/minting.js';
import type { Answer, Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';

const DOWN: Fault = { on: 'validate', kind: 'status', status: 503, retryAfterSeconds: 17 };
const LENIENT = {
  onFanfareUnavailable: { page: 'allow-unverified', order: 'allow-unverified' },
  maxUnverified: 3,
} as const;

let clock: ManualClock;
let ledger: Ledger;
let stage: Stage;
let fanfare: Fanfare;
let browser: Jar;

beforeEach(async () => {
  clock = new ManualClock();
  ledger = memoryLedger({ clock });
  stage = await openStage({}, { clock });
});
afterEach(closeStages);

async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  fanfare = stage.another({ distributionIds: ['queue_1'], ledger, deliveries: 'manual', ...options });
  browser = await stage.serve('Express 5', [
    { use: [parsing(bodyParser.json()), fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
    { path: '/both', use: [fanfare.requireAdmission(), fanfare.claimAdmission(), showAdmission] },
    { path: '/buy', use: [fanfare.claimAdmission(), buy] },
    { path: '/paid', use: [buy] },
  ]);
}

const buy: Parameters<Stage['serve']>[1][number]['use'][number] = (req, res, next) => {
  const bought = fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => res.end('bought'));
  bought.catch((error: unknown) => next?.(error));
};

function outage(fault: Fault = DOWN): void {
  stage.emulator.faults.set(fault);
}

async function back(): Promise<void> {
  stage.emulator.faults.clear();
  const told = () => stage.events.filter(({ type }) => /unverified_/.test(type)).length;
  const before = told();
  while (told() === before) await clock.advance(5_000);
}

const page = (token: string): Promise<Answer> =>
  browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': token } });
const order = (token: string, path = '/order'): Promise<Answer> =>
  browser.post(path, {}, { 'X-Fanfare-Admission': token });
const codes = (answer: Answer) => [answer.status, answer.json()['code']];
const shown = (answer: Answer) => answer.json()['admission'] as RequestAdmission | undefined;
const told = (type: string) => stage.events.filter((event) => event.type === type);
const LATER = [503, 'FANFARE_UNAVAILABLE'];

describe('by default', () => {
  test('a session goes on, on page and order, and a cold token waits as long as Fanfare says', async () => {
    await open();
    await page(stage.token());
    outage();
    expect(shown(await browser.fetch('/checkout'))).toMatchObject({ verifiedBy: 'session' });
    expect(shown(await browser.post('/order', {}))).toMatchObject({ verifiedBy: 'grace' });
    browser.cookies.clear();
    const cold = await browser.visit(`/checkout?admission_token=${stage.token()}`);
    expect([cold.status, cold.headers['retry-after']]).toEqual([503, '17']);
    expect(cold.text).toContain('<meta http-equiv="refresh" content="17">');
    expect(codes(await order(stage.token()))).toEqual(LATER);
    expect(told('admission.unverified')).toEqual([]);
  });

  test('the page reloads within a minute, however long Fanfare wants to be left alone', async () => {
    await open();
    outage({ ...DOWN, retryAfterSeconds: 600 });
    const cold = await browser.visit(`/checkout?admission_token=${stage.token()}`);
    expect(cold.headers['retry-after']).toBe('600');
    expect(cold.text).toContain('<meta http-equiv="refresh" content="60">');
  });

  test('one request asks once, whatever it carries', async () => {
    await open();
    await page(stage.token());
    outage();
    const before = stage.validations();
    const answer = await order(stage.token());
    expect(shown(answer)).toMatchObject({ verifiedBy: 'grace' });
    expect(stage.validations() - before).toBe(1);
  });

  test.each<[string, Fault, number]>([
    ['stumbles over a token', { on: 'validate', kind: 'status', status: 500 }, 2],
    ['refuses to look at a token', { on: 'validate', kind: 'status', status: 413 }, 2],
    ['never ends its answer', { on: 'validate', kind: 'huge-body' }, 1],
  ])('whoever %s may have more to say of the session beside it, or not', async (_who, fault, calls) => {
    await open();
    await page(stage.token());
    outage(fault);
    const before = stage.validations();
    expect(shown(await order(stage.token({ consumerId: 'cons_odd' })))).toMatchObject({
      verifiedBy: 'grace',
    });
    expect(stage.validations() - before).toBe(calls);
  });

  test.each<[string, FanfareOptions['api']]>([
    ['nobody can be asked about', undefined],
    ['the shop itself stumbles over', { validate: () => Promise.reject(new Error('bug')) }],
  ])('a token that %s spares no session the question', async (_which, api) => {
    await open(api === undefined ? {} : { api });
    await page(stage.token());
    outage({ on: 'validate', kind: 'device-mismatch' });
    const odd = minted({ alg: 'EdDSA' }, claims(clock.now(), { distributionType: 'appointment' }), byNobody);
    expect(codes(await order(odd))).toEqual([403, 'DEVICE_MISMATCH']);
  });

  test('after a 429 nobody is asked before its time', async () => {
    await open();
    await page(stage.token());
    outage({ on: 'validate', kind: 'status', status: 429, retryAfterSeconds: 30 });
    const before = stage.validations();
    expect(shown(await browser.post('/order', {}))).toMatchObject({ verifiedBy: 'grace' });
    browser.cookies.clear();
    const cold = await browser.visit(`/checkout?admission_token=${stage.token()}`);
    expect([cold.status, cold.headers['retry-after'], stage.validations() - before]).toEqual([503, '30', 1]);
  });
});

describe('deny', () => {
  const deny = (phase: 'page' | 'order') => ({ onFanfareUnavailable: { [phase]: 'deny' } });

  test('for orders answers a session 503, and keeps it', async () => {
    await open(deny('order'));
    await page(stage.token());
    outage();
    const answer = await browser.post('/order', {});
    expect([...codes(answer), answer.headers['retry-after']]).toEqual([...LATER, '17']);
    expect(shown(await browser.fetch('/checkout'))).toMatchObject({ verifiedBy: 'session' });
    stage.emulator.faults.clear();
    expect(shown(await browser.post('/order', {}))).toMatchObject({ verifiedBy: 'fanfare' });
  });

  test('for pages concerns those that would have to ask', async () => {
    await open(deny('page'));
    await page(stage.token());
    outage();
    expect((await browser.fetch('/checkout')).status).toBe(200);
    expect(codes(await page(stage.token()))).toEqual(LATER);
    expect(shown(await browser.post('/order', {}))).toMatchObject({ verifiedBy: 'grace' });
  });

  test('for pages is for signed tokens, too', async () => {
    const keys = [stage.emulator.publicJwk];
    await open({ ...deny('page'), offlineVerifier: offlineVerifier({ keys }) });
    outage();
    expect(codes(await page(stage.token()))).toEqual(LATER);
  });
});

describe('allow-unverified', () => {
  test('lets a token in by what it says of itself, and Fanfare confirms it when it is back', async () => {
    await open(LENIENT);
    outage();
    const { id, experienceId, verifiedBy } = shown(await page(stage.token({ experienceId: 'exp_1' })))!;
    expect([experienceId, verifiedBy]).toEqual([undefined, 'grace']);
    expect(shown(await browser.fetch('/checkout'))).toMatchObject({ id, verifiedBy: 'grace' });
    expect(shown(await browser.post('/order', {}))).toMatchObject({ id, verifiedBy: 'grace' });
    expect(told('admission.unverified')).toMatchObject([{ admissionId: id, phase: 'page', level: 'warn' }]);
    await back();
    expect(told('admission.unverified_confirmed')).toMatchObject([{ admissionId: id }]);
    expect(shown(await browser.fetch('/checkout'))).toMatchObject({ id, verifiedBy: 'fanfare' });
  });

  test('counts distinct admissions, and those that were settled no more', async () => {
    await open(LENIENT);
    outage();
    const tokens = [1, 2, 3, 4].map((number) => stage.token({ consumerId: `cons_${String(number)}` }));
    for (const token of [...tokens.slice(0, 3), ...tokens.slice(0, 3)]) {
      browser.cookies.clear();
      expect((await page(token)).status).toBe(200);
    }
    browser.cookies.clear();
    expect(codes(await page(tokens[3]!))).toEqual(LATER);
    await back();
    expect(told('admission.unverified_confirmed')).toHaveLength(3);
    outage();
    expect((await page(stage.token({ consumerId: 'cons_5' }))).status).toBe(200);
  });

  test('a forged token is found out, with the order that was made with it', async () => {
    await open(LENIENT);
    const forger = await openStage({}, { clock });
    const forged = forger.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' }).token;
    outage();
    expect((await order(forged, '/buy')).text).toBe('bought');
    await back();
    expect(told('admission.unverified_refused')).toMatchObject([{ level: 'error', orderId: 'order_1' }]);
    // The shopper has an order, and is not told otherwise.
    expect(codes(await browser.fetch('/checkout'))).toEqual([409, 'ADMISSION_USED']);
  });

  test('one without an order is put out at its next request', async () => {
    await open(LENIENT);
    const forger = await openStage({}, { clock });
    outage();
    await page(forger.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' }).token);
    await back();
    expect(told('admission.unverified_refused')).toMatchObject([{ level: 'warn' }]);
    expect((await browser.fetch('/checkout')).status).toBe(403);
    expect(browser.cookies.size).toBe(0);
  });

  test('an order that Fanfare has taken confirms its admission', async () => {
    await open(LENIENT);
    outage();
    expect((await order(stage.token(), '/buy')).text).toBe('bought');
    const { admissionId } = told('admission.unverified')[0] as unknown as { admissionId: string };
    await fanfare.deliver(admissionId);
    await back();
    expect(told('admission.unverified_confirmed')).toMatchObject([{ admissionId }]);
  });

  test.each<[string, Fault]>([
    ['limits us', { on: 'validate', kind: 'status', status: 429 }],
    ['refuses our key', { on: 'validate', kind: 'status', status: 401 }],
    ['stumbles over this one token', { on: 'validate', kind: 'status', status: 500 }],
    ['answers what cannot be read', { on: 'validate', kind: 'malformed-json' }],
    ['sends us elsewhere', { on: 'validate', kind: 'redirect' }],
  ])('lets nobody in while Fanfare %s', async (_what, fault) => {
    await open(LENIENT);
    outage(fault);
    expect(codes(await page(stage.token()))).toEqual(LATER);
    expect(codes(await order(stage.token()))).toEqual(LATER);
    expect([told('admission.unverified'), browser.cookies.size]).toEqual([[], 0]);
  });

  test('counts a Fanfare that fails as a whole as away, however it fails', async () => {
    await open(LENIENT);
    outage({ on: 'validate', kind: 'status', status: 500 });
    for (let number = 0; number < 20; number += 1) await page(stage.token({ consumerId: `c_${number}` }));
    expect(browser.cookies.size).toBe(0);
    expect((await page(stage.token())).status).toBe(200);
  });

  test('is not for an outage that shoppers make by what Fanfare refuses to look at', async () => {
    await open(LENIENT);
    outage({ on: 'validate', kind: 'status', status: 413 });
    for (let number = 0; number < 25; number += 1) await page(stage.token({ consumerId: `c_${number}` }));
    expect(codes(await page(stage.token()))).toEqual(LATER);
    expect([told('admission.unverified'), browser.cookies.size]).toEqual([[], 0]);
    stage.emulator.faults.clear();
    expect(shown(await page(stage.token()))).toMatchObject({ verifiedBy: 'fanfare' });
  });

  test.each<[string, () => Record<string, unknown>]>([
    ['an opaque token', () => ({ grant: 'opaque-token-of-a-shopper' })],
    ['a token of another distribution', () => ({ grant: stage.token({ distributionId: 'queue_2' }) })],
    ['what is no token', () => ({ grant: 'x' })],
  ])('is not for %s, whatever stands beside it', async (_what, fields) => {
    await open(LENIENT);
    outage();
    const ids = { consumerId: 'cons_1', distributionType: 'queue', expiresAt: clock.now() + 60_000 };
    const answer = await browser.post('/fanfare/admission', { ...ids, ...fields() });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect([told('admission.unverified'), browser.cookies.size]).toEqual([[], 0]);
  });

  test('lasts no longer than the token says', async () => {
    await open(LENIENT);
    outage();
    await page(stage.token({ expiresInSeconds: 60 }));
    await clock.advance(66_000);
    expect(codes(await browser.fetch('/checkout'))).toEqual([403, 'ADMISSION_EXPIRED']);
  });

  test('for pages alone sells nothing, not even behind two guards', async () => {
    await open({ onFanfareUnavailable: { page: 'allow-unverified' }, maxUnverified: 3 });
    outage();
    expect((await page(stage.token())).status).toBe(200);
    expect(codes(await browser.post('/order', {}))).toEqual(LATER);
    browser.cookies.clear();
    for (const path of ['/order', '/both']) expect(codes(await order(stage.token(), path))).toEqual(LATER);
  });

  test('a shopper who comes back from payment takes their own place', async () => {
    await open(LENIENT);
    outage();
    expect(shown(await order(stage.token()))).toMatchObject({ attempt: { number: 1 } });
    expect(shown(await browser.post('/order', {}))).toMatchObject({ attempt: { number: 2 } });
    stage.emulator.faults.clear();
    await clock.advance(5_000);
    expect(shown(await browser.post('/order', {}))).toMatchObject({ superseded: { number: 2 } });
  });

  test('a page without a guard may complete an order whose attempt began unchecked', async () => {
    await open(LENIENT);
    outage();
    const { id } = shown(await order(stage.token()))!;
    expect((await browser.fetch('/paid')).text).toBe('bought');
    expect(await ledger.find(id)).toMatchObject({ state: 'ordered' });
  });

  test('an exception lets nobody in', async () => {
    await open({
      ...LENIENT,
      secretKey: () => {
        throw new Error('bug');
      },
    });
    // As often as it takes for an outage to be seen where there is none.
    for (let number = 0; number < 25; number += 1) expect(codes(await page(stage.token()))).toEqual(LATER);
    expect(codes(await order(stage.token()))).toEqual(LATER);
  });
});

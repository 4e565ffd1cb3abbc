/** Fanfare's own handoff tokens: good once, and known only by Fanfare's answer. */
import express from 'express';
import type { MintOptions } from '../../lib/emulator/index.js';
import { createFanfare, type FanfareOptions, memoryLedger } from '../../lib/index.js';
import { Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import {
  closeStages,
  DROP,
  listen,
  openStage,
  parsing,
  showAdmission,
  type Stage,
} from '../support/servers.js';

let clock: ManualClock;
let stage: Stage;
let shop: Jar;

afterEach(closeStages);

/** `answers`: what stands at the handoff endpoint in the emulator's place. */
async function open(api: FanfareOptions['api'] = {}, answers?: object, status = 200): Promise<void> {
  clock = new ManualClock(Date.now());
  stage = await openStage({}, { clock });
  const url = await listen(stage.emulator.app);
  const elsewhere =
    answers &&
    (await listen((_req, res) => void res.writeHead(status).end(JSON.stringify(answers)))).concat('/api');
  const fanfare = stage.another({
    api: { baseUrl: url, ...(elsewhere === undefined ? {} : { handoffBaseUrl: elsewhere }), ...api },
  });
  shop = await stage.serve('Express 5', [
    { mount: '/fanfare', use: [fanfare.routes()] },
    { use: [parsing(express.json())] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/only', use: [fanfare.requireAdmission({ distributionIds: ['other'] }), showAdmission] },
    {
      path: '/order',
      use: [
        fanfare.claimAdmission(),
        (req, res) => {
          if (req.headers['x-order'] === undefined) return void res.writeHead(500).end('failed');
          void fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => res.end('thank you'));
        },
      ],
    },
  ]);
}

const minted = (mint: Partial<MintOptions> = {}) => stage.emulator.mint({ ...DROP, handoff: true, ...mint });
const OWN = { 'Sec-Fetch-Site': 'same-origin' };
const asked = (): number =>
  stage.emulator.requests().filter(({ path }) => path === '/api/handoffs/validate').length;
const ORDERS = { ...OWN, 'X-Order': '1' };

describe('a handoff token', () => {
  beforeEach(() => open());

  it('begins a session by POST /admission, with the ids of the answer', async () => {
    const { token: handoffToken, consumerId } = minted();
    expect(handoffToken).toMatch(/^hoff_/);
    const answer = await shop.post('/fanfare/admission', { handoffToken });
    expect(answer.json()['admission']).toMatchObject({ distributionId: DROP.distributionId, state: 'open' });
    const { admission } = (await shop.visit('/checkout')).json();
    expect(admission).toMatchObject({ consumerId, verifiedBy: 'session' });
  });

  it('is not asked about again, neither at the submit nor by a form that is sent again', async () => {
    const { token: handoffToken } = minted();
    expect((await shop.post('/order', { handoffToken }, OWN)).text).toBe('failed');
    expect((await shop.post('/order', { handoffToken }, OWN)).text).toBe('failed');
    await clock.advance(120_000);
    expect((await shop.post('/order', { handoffToken }, ORDERS)).text).toBe('thank you');
    expect([asked(), stage.validations()]).toEqual([1, 1]);
    const again = await shop.post('/order', {}, ORDERS);
    expect(again.json()).toMatchObject({ code: 'ADMISSION_USED', orderId: 'order_1' });
  });

  it('is one handoff where a form was sent twice at once, and buys one order', async () => {
    const { token: handoffToken } = minted();
    const answers = await Promise.all(
      [shop, new Jar(shop.origin)].map((browser) => browser.post('/order', { handoffToken }, ORDERS)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(asked()).toBe(1);
  });

  it('is good once', async () => {
    const { token: handoffToken } = minted();
    await shop.post('/fanfare/admission', { handoffToken });
    await clock.advance(61_000);
    const stranger = await new Jar(shop.origin).post('/fanfare/admission', { handoffToken });
    expect([stranger.status, stranger.json()['code']]).toEqual([403, 'ADMISSION_INVALID']);
  });

  it('completes by its ids', async () => {
    const { token: handoffToken, consumerId } = minted();
    await shop.post('/order', { handoffToken }, ORDERS);
    const told = () =>
      stage.emulator.admissions().find((admission) => admission.consumerId === consumerId)?.completion
        .orderId;
    while (told() === undefined) {
      await clock.advance(1_000);
      await new Promise(setImmediate);
    }
    expect(told()).toBe('order_1');
  });

  it('spends nothing in a query', async () => {
    const { token } = minted();
    expect((await shop.fetch(`/checkout?handoffToken=${token}`)).json()['code']).toBe('ADMISSION_REQUIRED');
    expect(asked()).toBe(0);
  });

  it.each([
    ['a field beside it says another consumer', { consumerId: 'another' }, 'ADMISSION_MISMATCH'],
    ['it is none', { handoffToken: 'x y' }, 'INVALID_ADMISSION_DATA'],
    ['Fanfare does not know it', { handoffToken: 'hoff_unknown' }, 'ADMISSION_INVALID'],
  ])('is refused where %s', async (_name, fields, code) => {
    const answer = await shop.post('/fanfare/admission', { handoffToken: minted().token, ...fields });
    expect(answer.json()['code']).toBe(code);
    expect(shop.cookies.size).toBe(0);
  });

  it('opens the pages of its own distribution alone', async () => {
    const answer = await shop.post('/only', { handoffToken: minted().token }, OWN);
    expect(answer.json()['code']).toBe('ADMISSION_MISMATCH');
    expect((await shop.visit('/checkout')).status).toBe(200);
  });

  it('is 503 while Fanfare cannot be asked', async () => {
    stage.emulator.faults.once({ kind: 'status', status: 500, on: 'validate' });
    const { token: handoffToken } = minted();
    expect((await shop.post('/fanfare/admission', { handoffToken })).status).toBe(503);
    expect((await shop.post('/fanfare/admission', { handoffToken })).status).toBe(200);
  });
});

const IDS = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' };

describe("Fanfare's answer", () => {
  const hand = (fields: object = {}) =>
    shop.post('/fanfare/admission', { handoffToken: 'hoff_some', ...fields });

  it.each([
    ['at the top', IDS],
    ['one level below', { handoff: IDS }],
    [
      'beside each other',
      { consumerId: 'cons_1', data: { distributionId: 'queue_1', distributionType: 'queue' } },
    ],
  ])('may name the ids %s', async (_name, answer) => {
    await open({}, answer);
    expect((await hand()).status).toBe(200);
  });

  it.each([
    ['names nothing', {}],
    ['names no type', { ...IDS, distributionType: undefined }],
    ['names two consumers', { ...IDS, data: { consumerId: 'cons_2' } }],
    ['is no yes', { ...IDS, valid: false }],
  ])('admits nobody where it %s, whatever the form says', async (_name, answer) => {
    await open({}, answer);
    const refused = await hand(IDS);
    expect([refused.status, refused.json()['code']]).toEqual([403, 'ADMISSION_INVALID']);
    const said = stage.events.filter(({ type }) => type === 'fanfare.misconfigured');
    expect(said).toHaveLength('valid' in answer ? 0 : 1);
    for (const { message } of said) expect(message).toContain('api.readHandoff');
  });

  it.each([
    ['names an end that is past', 200, { ...IDS, expiresAt: 1_000_000_000 }, 403, 'ADMISSION_EXPIRED'],
    [
      'says that it has expired',
      422,
      { error: 'HANDOFF_EXPIRED', message: 'expired' },
      403,
      'ADMISSION_EXPIRED',
    ],
    ['does not know it', 404, {}, 403, 'ADMISSION_INVALID'],
    ['refuses our key', 401, {}, 503, 'FANFARE_UNAVAILABLE'],
    ['is too busy', 429, {}, 503, 'FANFARE_UNAVAILABLE'],
    ['is broken', 502, {}, 503, 'FANFARE_UNAVAILABLE'],
    ['leads elsewhere', 302, IDS, 503, 'FANFARE_UNAVAILABLE'],
  ])('admits nobody where it %s', async (_name, status, answer, refused, code) => {
    await open({}, answer, status);
    const told = await hand();
    expect([told.status, told.json()['code'], told.setCookies]).toEqual([refused, code, []]);
  });

  it('is read by the merchant where they know better', async () => {
    const readHandoff = (answer: Readonly<Record<string, unknown>>) => ({
      ...{ consumerId: String(answer['who']), distributionId: 'queue_1', distributionType: 'queue' as const },
      expiresAt: clock.now() + 60_000,
    });
    await open({ readHandoff }, { who: 'cons_9' });
    expect((await hand()).json()['admission']).toMatchObject({ expiresAt: clock.now() + 60_000 });
  });

  it('admits nobody where their reading fails', async () => {
    await open({ readHandoff: () => JSON.parse('{') as undefined }, IDS);
    expect((await hand()).json()['code']).toBe('ADMISSION_INVALID');
  });

  it('without an end, gives as long as a session of an unknown end', async () => {
    await open({}, IDS);
    expect((await hand()).json()['admission']).toMatchObject({ expiresAt: clock.now() + 1_800_000 });
    await clock.advance(1_806_000);
    expect((await shop.fetch('/checkout')).json()['code']).toBe('ADMISSION_EXPIRED');
  });
});

test.each([
  ['handoffBaseUrl', 'http://admin.fanfare.example'],
  ['handoffBaseUrl', 7],
  ['readHandoff', 'consumerId'],
])('the option "api.%s" is checked', (name, value) => {
  const options = { organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger() };
  const session = { secrets: ['a session secret for tests, long enough'] };
  const make = () => createFanfare({ ...options, session, api: { [name]: value } });
  expect(make).toThrow(`api.${name}`);
});

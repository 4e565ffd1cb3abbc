/** The shopper's device: their fingerprint goes along whenever Fanfare is asked, and its absence is not their fault. */
import bodyParser from 'body-parser';
import type { FanfareOptions } from '../../lib/index.js';
import { httpWire, reply, type Wire } from '../fanfare-api/wire.js';
import type { Answer, Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';

const FP001 = {
  error: 'FINGERPRINT_REQUIRED',
  code: 'FP001',
  message: 'A fingerprint is required.',
  support: { message: 'Tell support this code.', referenceCode: 'FP-1' },
};

let stage: Stage;
let browser: Jar;
let fanfareWire: Wire;
let bodyOf: (fingerprint: unknown) => readonly [number, object | boolean];

beforeEach(async () => {
  stage = await openStage({}, { clock: new ManualClock() });
  bodyOf = () => [200, { valid: true }];
  fanfareWire = await httpWire((res, req) => {
    const [status, body] = bodyOf(req.headers['x-fingerprint']);
    reply(status, JSON.stringify(body))(res);
  });
});
afterEach(async () => {
  await closeStages();
  await fanfareWire.close();
});

async function open(options: Partial<FanfareOptions> = { fingerprintHeader: 'X-Device' }): Promise<void> {
  const fanfare = stage.another({ api: { baseUrl: fanfareWire.origin }, ...options });
  browser = await stage.serve('Express 5', [
    { use: [parsing(bodyParser.json())] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
  ]);
}

const handOver = (headers: Readonly<Record<string, string>> = {}, token = stage.token()): Promise<Answer> =>
  browser.post('/fanfare/admission', { grant: token }, headers);

const sent = (): readonly unknown[] => fanfareWire.seen.map(({ headers }) => headers['x-fingerprint']);

const accusations = () => stage.events.filter(({ type }) => type === 'fanfare.misconfigured');

test('the fingerprint of the shopper’s request goes to Fanfare, at the handoff and at the submit', async () => {
  await open();
  expect((await handOver({ 'X-Device': 'fp_1' })).status).toBe(200);
  expect((await browser.post('/order', {}, { 'X-Device': 'fp_2' })).status).toBe(200);
  browser.cookies.clear();
  await browser.fetch('/checkout', {
    headers: { 'X-Fanfare-Admission': stage.token(), 'X-Device': 'fp_3' },
  });
  await browser.post('/order', { admissionToken: stage.token() }, { 'X-Device': 'fp_4' });
  expect(sent()).toEqual(['fp_1', 'fp_2', 'fp_3', 'fp_4']);
});

test('none is sent on unless its header is named', async () => {
  await open({});
  await handOver({ 'X-Fingerprint': 'fp_1' });
  expect(sent()).toEqual([undefined]);
});

test.each(['two words', 'x'.repeat(257), ''])(
  'what is no fingerprint is not sent on: "%s"',
  async (value) => {
    await open();
    await handOver({ 'X-Device': value });
    expect(sent()).toEqual([undefined]);
  },
);

test('a yes for one device says nothing about another', async () => {
  bodyOf = (fingerprint) =>
    fingerprint === 'fp_mine'
      ? [200, true]
      : [403, { valid: false, error: 'DEVICE_MISMATCH', code: 'FP002' }];
  await open();
  const token = stage.token();
  expect((await handOver({ 'X-Device': 'fp_mine' }, token)).status).toBe(200);
  browser.cookies.clear();
  const stolen = await handOver({ 'X-Device': 'fp_theirs' }, token);
  expect([stolen.status, stolen.json()['code']]).toEqual([403, 'DEVICE_MISMATCH']);
  expect((await handOver({ 'X-Device': 'fp_mine' }, token)).status).toBe(200);
  expect(sent()).toEqual(['fp_mine', 'fp_theirs']);
});

test('FP001 is our own mistake: nobody is refused for it, and the log says what to do', async () => {
  bodyOf = () => [400, FP001];
  await open({});
  const answer = await handOver();
  expect([answer.status, answer.json()['code']]).toEqual([503, 'FANFARE_UNAVAILABLE']);
  expect(accusations()).toMatchObject([
    { level: 'error', status: 400, message: expect.stringContaining('set "fingerprintHeader"') as unknown },
  ]);
});

test('a session goes on where Fanfare misses the fingerprint', async () => {
  await open();
  await handOver({ 'X-Device': 'fp_1' });
  bodyOf = () => [400, FP001];
  const submit = await browser.post('/order', {});
  expect(submit.json()['admission']).toMatchObject({ verifiedBy: 'grace', attempt: { number: 1 } });
  expect(accusations()).toHaveLength(1);
});

/** Junk that must not reach Fanfare, and the shoppers who must not suffer for it. */
import bodyParser from 'body-parser';
import express from 'express';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FanfareOptions } from '../../lib/index.js';
import { type Answer, Jar, ours } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';

const IDS = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' } as const;
const BESIDE = 'consumer_id=cons_1&distribution_id=queue_1&distribution_type=queue';
const OUTAGE = { on: 'validate', kind: 'status', status: 503 } as const;

let clock: ManualClock;
let stage: Stage;
let browser: Jar;
let junked = 0;

beforeEach(async () => {
  clock = new ManualClock();
  stage = await openStage({}, { clock });
});
afterEach(closeStages);

async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  const fanfare = stage.another({ coldValidationsPerMinute: 3, ...options });
  browser = await stage.serve('Express 5', [
    { use: [parsing(bodyParser.json()), fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
    { path: '/', use: [showAdmission] },
  ]);
}

const junk = (): string => `junk-token-${String((junked += 1))}`;

/** A stranger, since a browser with cookies is another matter. */
function visit(path: string): Promise<Answer> {
  browser.cookies.clear();
  return browser.visit(path);
}

async function tryThree(): Promise<void> {
  for (let round = 0; round < 3; round += 1) {
    const answer = await visit(`/checkout?admission_token=${junk()}&${BESIDE}`);
    expect(answer.headers.location).toBe('/experience?fanfare=invalid');
  }
  expect(stage.validations()).toBe(3);
}

function expectLimited(answer: Answer, seconds = '60'): void {
  expect([answer.status, answer.json()['code'], answer.headers['retry-after'], ours(answer)]).toEqual([
    ...[429, 'TOO_MANY_ATTEMPTS', seconds, []],
  ]);
}

describe('a client that tries token after token', () => {
  test('is told to wait, on every way in, and Fanfare hears no more of it', async () => {
    await open();
    await tryThree();
    expectLimited(await browser.post('/fanfare/admission', { grant: junk(), ...IDS }));
    expectLimited(await browser.post('/order', { admissionToken: junk(), ...IDS }));
    expectLimited(await browser.fetch(`/checkout?${BESIDE}`, { headers: { 'X-Fanfare-Admission': junk() } }));
    expect(stage.validations()).toBe(3);
    await clock.advance(60_000);
    expect((await visit(`/checkout?admission_token=${stage.token()}`)).status).toBe(303);
    expect(stage.events.filter(({ type }) => type === 'clients.limited')).toHaveLength(1);
  });

  test('gets a page that tries again by itself, its URL unchanged; a form gets one that does not', async () => {
    await open();
    await tryThree();
    const page = await visit(`/checkout?admission_token=${stage.token()}`);
    expect([page.status, page.headers.location, page.headers['retry-after']]).toEqual([429, undefined, '60']);
    expect(page.text).toContain('<meta http-equiv="refresh" content="60">');
    const form = await browser.send('/order', {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...{ 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate' },
      },
      body: JSON.stringify({ admissionToken: junk(), ...IDS }),
    });
    expect([form.status, form.headers.location, form.text.includes('http-equiv')]).toEqual([
      429,
      undefined,
      false,
    ]);
  });

  test('is refused nothing by attachAdmission', async () => {
    await open();
    await tryThree();
    const answer = await visit(`/?admission_token=${stage.token()}`);
    expect([answer.status, answer.json()]).toEqual([200, { admission: null }]);
  });

  test('keeps its session, and places its order', async () => {
    await open();
    await visit(`/checkout?admission_token=${stage.token()}`);
    const mine = new Map(browser.cookies);
    for (let round = 0; round < 3; round += 1) await visit(`/checkout?admission_token=${junk()}&${BESIDE}`);
    for (const [name, value] of mine) browser.cookies.set(name, value);
    const page = await browser.visit(`/checkout?admission_token=${junk()}&${BESIDE}`);
    expect([page.status, page.json()['admission']]).toMatchObject([200, { verifiedBy: 'session' }]);
    for (let round = 0; round < 5; round += 1) {
      const answer = await browser.fetch('/order', { method: 'POST' });
      expect(answer.json()['admission']).toMatchObject({ verifiedBy: 'fanfare' });
    }
  });

  test('a token that Fanfare answered a moment ago is answered the same without being counted', async () => {
    await open();
    const token = junk();
    for (let round = 0; round < 10; round += 1) {
      const answer = await visit(`/checkout?admission_token=${token}&${BESIDE}`);
      expect(answer.headers.location).toBe('/experience?fanfare=invalid');
    }
    expect(stage.validations()).toBe(1);
  });

  test('a session that has to be asked about again is not counted', async () => {
    await open({ session: { secrets: ['x'.repeat(32)], insecure: true, maxSeconds: 60 } });
    const token = stage.emulator.mint({ ...IDS, opaque: true }).token;
    await browser.post('/fanfare/admission', { grant: token, ...IDS });
    await clock.advance(120_000);
    const mine = new Map(browser.cookies);
    const before = stage.validations();
    for (let round = 0; round < 3; round += 1) await visit(`/checkout?admission_token=${junk()}&${BESIDE}`);
    for (const [name, value] of mine) browser.cookies.set(name, value);
    expect((await browser.visit('/checkout')).status).toBe(200);
    expect(stage.validations()).toBe(before + 4);
  });
});

describe('who is not held back', () => {
  test('shoppers behind one address whose tokens are good', async () => {
    await open();
    for (let round = 0; round < 20; round += 1)
      expect((await visit(`/checkout?admission_token=${stage.token()}`)).status).toBe(303);
  });

  test('a page that reloads itself in an outage', async () => {
    await open();
    stage.emulator.faults.set(OUTAGE);
    const token = stage.token();
    for (let round = 0; round < 10; round += 1)
      expect((await visit(`/checkout?admission_token=${token}`)).status).toBe(503);
    stage.emulator.faults.clear();
    expect((await visit(`/checkout?admission_token=${token}`)).status).toBe(303);
  });

  test('anybody, where the ceiling is false', async () => {
    await open({ coldValidationsPerMinute: false });
    for (let round = 0; round < 40; round += 1)
      expect((await visit(`/checkout?admission_token=${junk()}&${BESIDE}`)).status).toBe(303);
    expect(stage.validations()).toBe(40);
  });

  test('those whom "clientKey" tells apart, or leaves out', async () => {
    await open({ clientKey: (req) => req.headers['x-customer'] as string | undefined });
    const as = (customer: Record<string, string>): Promise<Answer> =>
      browser.post('/fanfare/admission', { grant: junk(), ...IDS }, customer);
    for (let round = 0; round < 3; round += 1) expect((await as({ 'X-Customer': 'a' })).status).toBe(403);
    expectLimited(await as({ 'X-Customer': 'a' }));
    expect((await as({ 'X-Customer': 'b' })).status).toBe(403);
    for (let round = 0; round < 5; round += 1) expect((await as({})).status).toBe(403);
  });

  test('a "clientKey" that returns something else is a fault of the shop, not of the shopper', async () => {
    await open({ clientKey: () => Promise.resolve('a') as never });
    const answer = await visit(`/?admission_token=${junk()}&${BESIDE}`);
    expect([answer.status, answer.text]).toEqual([
      500,
      'fault: "clientKey" must return a text or undefined, got object',
    ]);
  });
});

describe('behind a proxy', () => {
  let server: Server;
  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  async function listen(trust: boolean): Promise<(from: string) => Promise<number>> {
    const fanfare = stage.another({ coldValidationsPerMinute: 1 });
    const app = express().set('trust proxy', trust).use(express.json());
    server = app.use('/fanfare', fanfare.routes()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const jar = new Jar(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    return async (from) => {
      const body = { grant: junk(), ...IDS };
      return (await jar.post('/fanfare/admission', body, { 'X-Forwarded-For': from })).status;
    };
  }

  test('each address counts for itself where Express trusts the proxy, IPv6 by its first 56 bits', async () => {
    const from = await listen(true);
    expect([await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.1')]).toEqual([
      403, 403, 429,
    ]);
    expect([await from('2001:db8:0:100::1'), await from('2001:db8:0:1ff::2')]).toEqual([403, 429]);
    expect(await from('2001:db8:0:200::1')).toBe(403);
  });

  test('nobody is believed to be another where it does not', async () => {
    const from = await listen(false);
    expect([await from('192.0.2.1'), await from('192.0.2.2')]).toEqual([403, 429]);
  });
});

describe('refused without a call', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const jwt = (more: object): string => `${part({ alg: 'EdDSA' })}.${part({ ...IDS, ...more })}.eA`;

  test.each([
    ['another organization', { organizationId: 'org_other' }],
    ['another organization by its short name', { org: 'org_other' }],
    ['a distribution that the shop does not sell', { distributionId: 'queue_2' }],
  ])('a token for %s', async (_what, more) => {
    await open({ organizationId: 'org_mine', distributionIds: ['queue_1'] });
    const answer = await browser.post('/fanfare/admission', { grant: jwt(more) });
    expect([answer.status, answer.json()['code'], stage.validations()]).toEqual([
      ...[403, 'ADMISSION_MISMATCH', 0],
    ]);
  });

  test.each([
    ['our own name', { organizationId: 'org_mine' }],
    ['a name of another kind', { organizationId: '0f8fad5b-d9cb-469f-a165-70867728950e' }],
    ['no name at all', { org: { id: 'org_other' } }],
  ])('a token that names %s goes on to Fanfare', async (_what, more) => {
    await open({ organizationId: 'org_mine' });
    await browser.post('/fanfare/admission', { grant: jwt(more) });
    expect(stage.emulator.requests()).toHaveLength(1);
  });
});

/** What a verifier of signatures changes in a shop: forged tokens cost no call, and genuine ones open pages in an outage. */
import bodyParser from 'body-parser';
import type { FanfareOptions, Ledger, OfflineVerifier, RequestAdmission } from '../../lib/index.js';
import { memoryLedger } from '../../lib/index.js';
import { offlineVerifier } from '../../lib/jwks/index.js';
import { FORGERIES, genuineKeys, keySetOf, STRANGERS } from '../jwks/attacks.js';
import { byEd25519, claims, token as tokenOf } from '../jwks/minting.js';
import { type Answer, type Jar, ours } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';

const OUTAGE = { on: 'validate', kind: 'status', status: 503 } as const;
const TYPES = ['fanfare.unavailable', 'signature.refused', 'signature.unchecked'];
const genuine = genuineKeys();
const own = genuineKeys();
const HEADER = { alg: 'EdDSA', kid: 'ed' };

let clock: ManualClock;
let ledger: Ledger;
let stage: Stage;
let browser: Jar;

beforeEach(async () => {
  clock = new ManualClock();
  ledger = memoryLedger({ clock });
  stage = await openStage({}, { clock });
});
afterEach(closeStages);

/** A shop whose verifier knows the emulator's key, and those of `genuine`. */
async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  const keys = [stage.emulator.publicJwk, ...keySetOf(genuine).keys];
  const fanfare = stage.another({
    ...{ distributionIds: ['queue_1'], ledger, offlineVerifier: offlineVerifier({ keys }) },
    ...options,
  });
  browser = await stage.serve('Express 5', [
    { use: [parsing(bodyParser.urlencoded({ extended: false })), parsing(bodyParser.json())] },
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), showAdmission] },
  ]);
}

const outage = (): void => {
  stage.emulator.faults.set(OUTAGE);
};

function signed(more: Readonly<Record<string, unknown>> = {}): string {
  return tokenOf(HEADER, claims(clock.now(), more), byEd25519(genuine.edwards));
}

const page = (token: string): Promise<Answer> =>
  browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': token } });

const told = (type: string) => stage.events.filter((event) => event.type === type);

function expectCode(answer: Answer, status: number, code: string): void {
  expect([answer.status, answer.json()['code'], ours(answer)]).toEqual([status, code, []]);
}

describe('a forged token', () => {
  test.each([true, false])('is refused everywhere without a call (outage: %s)', async (down) => {
    await open();
    if (down) outage();
    const forged = tokenOf(HEADER, claims(clock.now()), byEd25519(own.edwards));
    expectCode(await page(forged), 403, 'ADMISSION_INVALID');
    expectCode(await browser.post('/fanfare/admission', { grant: forged }), 403, 'ADMISSION_INVALID');
    expectCode(await browser.post('/order', { admissionToken: forged }), 403, 'ADMISSION_INVALID');
    const visit = await browser.visit(`/checkout?admission_token=${forged}`);
    expect([visit.status, visit.headers.location]).toEqual([303, '/experience?fanfare=invalid']);
    expect(stage.emulator.requests()).toEqual([]);
  });

  test.each(Object.entries({ ...FORGERIES, ...STRANGERS }))('%s', async (name, attack) => {
    await open();
    outage();
    const ids = { consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' };
    const answer = await browser.post('/fanfare/admission', {
      grant: attack(genuine, own, clock.now()),
      ...ids,
    });
    expect([400, 403, 503]).toContain(answer.status);
    expect(ours(answer)).toEqual([]);
    if (name in FORGERIES) expect(stage.validations()).toBe(0);
  });

  test('is told of once a minute at most, with how many there were', async () => {
    await open();
    const forge = () => page(tokenOf(HEADER, claims(clock.now()), byEd25519(own.edwards)));
    for (let round = 0; round < 3; round += 1) await forge();
    expect(told('signature.refused')).toMatchObject([{ level: 'warn', tokens: 1 }]);
    await clock.advance(60_000);
    await forge();
    expect(told('signature.refused')).toMatchObject([{ tokens: 1 }, { tokens: 3 }]);
  });
});

describe('while Fanfare answers', () => {
  test('its answer decides about a genuine token, too', async () => {
    await open();
    const minted = stage.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
    expect((await page(minted.token)).json()['admission']).toMatchObject({ verifiedBy: 'fanfare' });
    browser.cookies.clear();
    expectCode(await page(signed()), 403, 'ADMISSION_INVALID');
    expect(stage.validations()).toBe(2);
  });

  test('opaque tokens go on to Fanfare as before', async () => {
    await open();
    const { token, consumerId } = stage.emulator.mint({
      ...{ distributionId: 'queue_1', distributionType: 'queue', opaque: true },
    });
    const beside = { consumerId, distributionId: 'queue_1', distributionType: 'queue' };
    expect((await browser.post('/fanfare/admission', { grant: token, ...beside })).status).toBe(200);
    browser.cookies.clear();
    outage();
    const other = stage.emulator.mint({
      ...{ distributionId: 'queue_1', distributionType: 'queue', opaque: true },
    });
    expectCode(
      await browser.post('/fanfare/admission', { grant: other.token, ...beside }),
      503,
      'FANFARE_UNAVAILABLE',
    );
  });
});

describe('in an outage', () => {
  test('a genuine token opens pages, and orders only once Fanfare has confirmed it', async () => {
    await open();
    outage();
    const arrival = await browser.visit(`/checkout?admission_token=${stage.token()}`);
    expect([arrival.status, arrival.headers.location]).toEqual([303, '/checkout']);
    for (let load = 0; load < 2; load += 1) {
      const shown = await browser.visit('/checkout');
      expect([shown.status, shown.json()['admission']]).toEqual([
        200,
        expect.objectContaining({ verifiedBy: 'grace', distributionId: 'queue_1' }),
      ]);
    }
    const refused = await browser.post('/order', {});
    expect([refused.status, refused.json()['code']]).toEqual([503, 'FANFARE_UNAVAILABLE']);
    expect(told('admission.claimed')).toEqual([]);
    stage.emulator.faults.clear();
    const ordered = await browser.post('/order', {});
    expect(ordered.json()['admission']).toMatchObject({ verifiedBy: 'fanfare', attempt: { number: 1 } });
    expect((await browser.visit('/checkout')).json()['admission']).toMatchObject({ verifiedBy: 'session' });
  });

  test('pages ask Fanfare again as soon as it answers, and its no ends the session', async () => {
    await open();
    outage();
    expect((await page(signed())).json()['admission']).toMatchObject({ verifiedBy: 'grace' });
    stage.emulator.faults.clear();
    const answer = await browser.fetch('/checkout');
    expect([answer.status, answer.json()['code']]).toEqual([403, 'ADMISSION_INVALID']);
    expect(browser.cookies.size).toBe(0);
  });

  test('a yes later on makes it a session like any other', async () => {
    await open();
    outage();
    await page(stage.token());
    stage.emulator.faults.clear();
    expect((await browser.fetch('/checkout')).json()['admission']).toMatchObject({ verifiedBy: 'fanfare' });
    outage();
    expect((await browser.fetch('/checkout')).json()['admission']).toMatchObject({ verifiedBy: 'session' });
  });

  test('a token that comes with a submit waits for Fanfare', async () => {
    await open();
    outage();
    for (const headers of [{}, { 'X-Fanfare-Admission': signed() }]) {
      const fields = 'X-Fanfare-Admission' in headers ? {} : { admissionToken: signed() };
      expectCode(await browser.post('/order', fields, headers), 503, 'FANFARE_UNAVAILABLE');
    }
  });

  test('a session lasts no longer than its token', async () => {
    await open();
    outage();
    await page(signed());
    await clock.advance(606_000);
    expect((await browser.fetch('/checkout')).json()['code']).toBe('ADMISSION_EXPIRED');
  });

  test.each([
    ['without an end', { expiresAt: undefined }],
    ['without a consumer', { consumerId: undefined }],
    ['without a type', { distributionType: undefined }],
    ['that names its organization otherwise', { organizationId: 'other' }],
    ['with an end that cannot be read', { expiresAt: 'soon' }],
  ])('a genuine token %s opens nothing, whatever stands beside it', async (_what, more) => {
    await open();
    outage();
    const answer = await browser.post('/fanfare/admission', {
      ...{ grant: signed(more), consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue' },
      expiresAt: clock.now() + 60_000,
    });
    expectCode(answer, 503, 'FANFARE_UNAVAILABLE');
  });

  test('a token of another organization is refused', async () => {
    await open();
    outage();
    expectCode(await page(signed({ organizationId: 'org_other' })), 403, 'ADMISSION_MISMATCH');
  });

  test('a token that is over is over, and a browser can only shorten one', async () => {
    await open();
    outage();
    expectCode(await page(signed({ expiresAt: clock.now() - 6_000 })), 403, 'ADMISSION_EXPIRED');
    const expiresAt = clock.now() + 60_000;
    const handoff = await browser.post('/fanfare/admission', { grant: signed(), expiresAt });
    expect(handoff.json()['admission']).toMatchObject({ expiresAt });
  });

  test('a token that names no organization counts only where the shop names its distributions', async () => {
    const { organizationId } = stage.emulator;
    const keys = keySetOf(genuine);
    await open({ distributionIds: undefined as never, offlineVerifier: offlineVerifier({ keys }) });
    outage();
    expectCode(await page(signed()), 503, 'FANFARE_UNAVAILABLE');
    expect((await page(signed({ organizationId }))).status).toBe(200);
  });

  test('an order of before is remembered', async () => {
    await open();
    const token = stage.token();
    const admission = (await page(token)).json()['admission'] as RequestAdmission;
    await stage
      .another({ ledger, deliveries: 'manual' })
      .completeAdmission(admission, { orderId: 'order_1' });
    browser.cookies.clear();
    outage();
    await clock.advance(60_000);
    expectCode(await page(token), 409, 'ADMISSION_USED');
  });

  test('a session that Fanfare has confirmed is not exchanged for a weaker one', async () => {
    await open();
    const mint = { distributionId: 'queue_1', distributionType: 'queue', consumerId: 'cons_1' } as const;
    const admittedAt = clock.now();
    await page(stage.emulator.mint({ ...mint, admittedAt, expiresInSeconds: 300 }).token);
    const before = browser.cookies.get([...browser.cookies.keys()][0]!);
    outage();
    const later = stage.emulator.mint({ ...mint, admittedAt, expiresInSeconds: 1_200 });
    expect((await page(later.token)).json()['admission']).toMatchObject({ verifiedBy: 'grace' });
    expect([...browser.cookies.values()]).toEqual([before]);
    expect((await browser.post('/order', {})).json()['admission']).toMatchObject({ verifiedBy: 'grace' });
  });
});

describe('a verifier of the merchant’s own', () => {
  test.each<[string, OfflineVerifier['verify']]>([
    ['rejects', () => Promise.reject(new RangeError('secret'))],
    [
      'throws',
      () => {
        throw new RangeError('secret');
      },
    ],
  ])('that %s is told of, and Fanfare is asked', async (_what, verify) => {
    await open({ offlineVerifier: { verify } });
    for (let round = 0; round < 2; round += 1) {
      expect((await page(stage.token())).status).toBe(200);
      browser.cookies.clear();
    }
    outage();
    expectCode(await page(stage.token()), 503, 'FANFARE_UNAVAILABLE');
    const faults = stage.events.filter(({ type }) => TYPES.includes(type) && type !== 'fanfare.unavailable');
    expect(faults).toMatchObject([{ type: 'signature.unchecked', level: 'error', reason: 'RangeError' }]);
  });

  test('that answers nonsense admits nobody', async () => {
    await open({ offlineVerifier: { verify: () => Promise.resolve(true as never) } });
    outage();
    expectCode(await page(stage.token()), 503, 'FANFARE_UNAVAILABLE');
  });

  test('is made ready with the rest; what it rejects with is not hidden', async () => {
    const seen: unknown[] = [];
    const verify: OfflineVerifier['verify'] = () => Promise.resolve('unknown');
    const ready = (at: unknown) => Promise.resolve(void seen.push(at));
    await stage.another({ offlineVerifier: { verify, ready } }).ready();
    expect(seen).toEqual([{ now: clock.now(), emit: expect.any(Function) as unknown }]);
    const broken = stage.another({
      offlineVerifier: { verify, ready: () => Promise.reject(new Error('x')) },
    });
    await expect(broken.ready()).rejects.toThrow('x');
  });
});

import { memoryLedger, type Middleware } from '../../lib/index.js';
import { httpWire, reply } from '../fanfare-api/wire.js';
import { type Answer, Jar, ours } from '../support/jar.js';
import { closeStages, DROP, openStage, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

let stage: Stage;
let browser: Jar;

beforeEach(async () => {
  stage = await openStage();
  const { fanfare } = stage;
  browser = await stage.serve('Express 5', [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/guarded-twice', use: [fanfare.requireAdmission(), fanfare.requireAdmission(), showAdmission] },
    { path: '/', use: [showAdmission] },
  ]);
});

function code(answer: Answer): unknown {
  return answer.json()['code'];
}

describe('what is nobody else’s', () => {
  test.each(['token', 'grant'])('attachAdmission leaves a bare ?%s= alone', async (name) => {
    const answer = await browser.visit(`/?${name}=${stage.token()}`);
    expect([answer.status, answer.json()]).toEqual([200, { admission: null }]);
    expect([ours(answer).length, stage.validations()]).toEqual([0, 0]);
  });

  test('a submit’s URL is not read for a token', async () => {
    const answer = await browser.post(`/checkout?admission_token=${stage.token()}`, {});
    expect([answer.status, code(answer), stage.validations()]).toEqual([403, 'ADMISSION_REQUIRED', 0]);
  });
});

describe('a token that stays in the URL', () => {
  test('is told to no other site by the page', async () => {
    stage.emulator.faults.set({ on: 'validate', kind: 'status', status: 503 });
    const page = await browser.visit(`/?admission_token=${stage.token()}`);
    expect([page.status, page.headers['referrer-policy']]).toEqual([200, 'strict-origin']);
    expect((await browser.visit('/')).headers['referrer-policy']).toBeUndefined();
  });

  test('leaves a policy of the shop’s own alone', async () => {
    const own: Middleware = (_req, res, next) => {
      res.setHeader('Referrer-Policy', 'same-origin');
      next?.();
    };
    const shop = await stage.serve('node:http', [
      { use: [own, stage.fanfare.attachAdmission(), showAdmission] },
    ]);
    const page = await shop.visit('/?admission_token=a.b.c');
    expect([page.status, page.headers['referrer-policy']]).toEqual([200, 'same-origin']);
  });
});

describe('an opaque token', () => {
  test('is good with its ids beside it', async () => {
    const token = stage.token({ opaque: true, consumerId: 'cons_1' });
    const ids = 'consumer_id=cons_1&distribution_id=queue_1&distribution_type=queue';
    expect((await browser.visit(`/checkout?admission_token=${token}&${ids}`)).status).toBe(303);
    const page = await browser.visit('/checkout');
    expect(page.json()['admission']).toMatchObject({ ...DROP, consumerId: 'cons_1' });
  });

  test('is good as the whole stored admission in one field', async () => {
    const token = stage.token({ opaque: true, consumerId: 'cons_1' });
    const stored = { token, consumerId: 'cons_1', ...DROP };
    const answer = await browser.post('/fanfare/admission', { fanfareAdmission: JSON.stringify(stored) });
    expect(answer.status).toBe(200);
  });

  test('without ids is refused, and nobody is asked', async () => {
    const answer = await browser.fetch(`/checkout?admission_token=${stage.token({ opaque: true })}`);
    expect([answer.status, code(answer), stage.validations()]).toEqual([403, 'ADMISSION_INVALID', 0]);
  });

  test('with somebody else’s ids is not confirmed', async () => {
    const token = stage.token({ opaque: true, consumerId: 'cons_1' });
    const ids = 'consumerId=cons_2&distributionId=queue_1&distributionType=queue';
    const answer = await browser.fetch(`/checkout?admission_token=${token}&${ids}`);
    expect([answer.status, code(answer), ours(answer).length]).toEqual([403, 'ADMISSION_INVALID', 0]);
  });
});

describe('what Fanfare’s answer tells', () => {
  const ids = 'consumer_id=cons_1&distribution_id=release_1&distribution_type=timed_release';
  const release = { distributionId: 'release_1', distributionType: 'timed_release', opaque: true } as const;

  test.each([
    ['the end', '', 600],
    ['a later end of the browser changes nothing', '&expires_at=9999999999999', 600],
    ['an earlier end of the browser shortens', `&expires_at=${String(Date.now() + 120_000)}`, 120],
  ])('%s', async (_what, beside, seconds) => {
    const token = stage.token({ ...release, consumerId: 'cons_1', expiresInSeconds: 600 });
    const page = await browser.fetch(`/checkout?admission_token=${token}&${ids}${beside}`);
    const { expiresAt } = page.json()['admission'] as { expiresAt: number };
    expect(Math.abs(expiresAt - Date.now() - seconds * 1_000)).toBeLessThan(60_000);
  });

  test('an end of the browser in the past is the end', async () => {
    const token = stage.token({ ...release, consumerId: 'cons_1' });
    const answer = await browser.fetch(`/checkout?admission_token=${token}&${ids}&expires_at=1700000000`);
    expect([code(answer), ours(answer).length]).toEqual(['ADMISSION_EXPIRED', 0]);
  });

  test('its experience counts, not the token’s claim', async () => {
    const fanfare = await httpWire(reply(200, '{"valid":true,"experienceId":"exp_2"}'));
    stage = await openStage({ api: { baseUrl: fanfare.origin } });
    browser = await stage.serve('Express 5', [{ use: [stage.fanfare.requireAdmission(), showAdmission] }]);
    const headers = { 'X-Fanfare-Admission': stage.token({ experienceId: 'exp_1' }) };
    const page = await browser.fetch('/', { headers });
    await fanfare.close();
    expect(page.json()['admission']).toMatchObject({ experienceId: 'exp_2' });
  });
});

describe('a JWT', () => {
  test.each(['consumer_id=cons_2', 'distributionId=queue_2', 'distribution_type=draw'])(
    'contradicted by %s beside it is for something else',
    async (beside) => {
      const token = stage.token({ consumerId: 'cons_1' });
      const answer = await browser.fetch(`/checkout?admission_token=${token}&${beside}`);
      expect([answer.status, code(answer), stage.validations()]).toEqual([403, 'ADMISSION_MISMATCH', 0]);
    },
  );

  test('with changed claims is not confirmed, whatever it says', async () => {
    const [header, , signature] = stage.token().split('.');
    const claims = { consumerId: 'cons_1', ...DROP, admittedAt: new Date().toISOString() };
    const forged = [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': forged } });
    expect([answer.status, code(answer), ours(answer).length]).toEqual([403, 'ADMISSION_INVALID', 0]);
  });

  test('past its end is refused before anybody is asked', async () => {
    const token = stage.token({ expiresInSeconds: -60 });
    const answer = await browser.fetch(`/checkout?admission_token=${token}`);
    expect([answer.status, code(answer), stage.validations()]).toEqual([403, 'ADMISSION_EXPIRED', 0]);
  });
});

describe('one question per token', () => {
  test('two hundred requests with the same cold token make one call', async () => {
    const headers = { 'X-Fanfare-Admission': stage.token() };
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => browser.fetch('/checkout', { headers })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(stage.validations()).toBe(1);
  });

  test('attach and two guards ask once, also about a bad one', async () => {
    const ids = 'consumer_id=cons_1&distribution_id=queue_1&distribution_type=queue';
    const answer = await browser.fetch(`/guarded-twice?admission_token=not-a-good-one&${ids}`);
    expect([answer.status, stage.validations()]).toEqual([403, 1]);
    await browser.fetch('/guarded-twice', { headers: { 'X-Fanfare-Admission': stage.token() } });
    expect(stage.validations()).toBe(2);
  });

  test('another token for an admission in the session needs no call', async () => {
    const mint = { consumerId: 'cons_1', admittedAt: 1_700_000_000_000, expiresInSeconds: 600 };
    const [later, earlier] = [stage.token(mint), stage.token({ ...mint, expiresInSeconds: 300 })];
    await browser.visit(`/checkout?admission_token=${later}`);
    const again = await browser.visit(`/checkout?admission_token=${earlier}`);
    expect([again.status, again.headers.location]).toEqual([303, '/checkout']);
    expect([browser.cookies.size, stage.validations()]).toEqual([1, 1]);
  });
});

test('attachAdmission refuses nobody, not even when the ledger cannot be asked about a submit’s token', async () => {
  const find = (): Promise<never> => Promise.reject(new Error('the ledger is away'));
  stage = await openStage({ ledger: Object.assign(memoryLedger(), { find }) });
  browser = await stage.serve('Express 5', [
    { use: [stage.fanfare.attachAdmission()] },
    { path: '/checkout', use: [stage.fanfare.claimAdmission(), showAdmission] },
    { path: '/newsletter', use: [showAdmission] },
  ]);
  const headers = { 'X-Fanfare-Admission': stage.token() };
  const elsewhere = await browser.post('/newsletter', {}, headers);
  expect([elsewhere.status, elsewhere.json()]).toEqual([200, { admission: null }]);
  const submit = await browser.post('/checkout', {}, headers);
  expect([submit.status, code(submit)]).toEqual([503, 'LEDGER_UNAVAILABLE']);
});

test('a bad token beside a good session: the URL is cleaned, the session kept', async () => {
  await browser.visit(`/checkout?admission_token=${stage.token()}`);
  const bad = await browser.visit('/checkout?a=1&admission_token=not-a-good-one');
  expect([bad.status, bad.headers.location, ours(bad).length]).toEqual([303, '/checkout?a=1', 0]);
  expect((await browser.visit('/checkout?a=1')).status).toBe(200);
});

test('events and refusals hold neither token nor cookie nor key', async () => {
  const token = stage.token();
  await browser.visit(`/checkout?admission_token=${token}`);
  const refused = await browser.fetch(`/checkout?admission_token=${token}&consumer_id=cons_2`);
  const stranger = await new Jar(browser.origin).fetch(
    `/checkout?admission_token=${token}&consumer_id=cons_2`,
  );
  const [cookie = ''] = browser.cookies.values();
  const said = JSON.stringify(stage.events) + refused.text + stranger.text;
  expect(stage.events.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['admission.attached', 'admission.refused']),
  );
  for (const secret of [token, cookie, 'sk_test_emulator']) expect(said).not.toContain(secret);
});

import bodyParser from 'body-parser';
import type { FanfareOptions, Middleware } from '../../lib/index.js';
import { type Answer, type Jar, ours } from '../support/jar.js';
import { closeStages, DROP, openStage, parsing, showAdmission, type Stage } from '../support/servers.js';

afterEach(closeStages);

let stage: Stage;
let browser: Jar;

async function open(options: Partial<FanfareOptions> = {}): Promise<void> {
  stage = await openStage(options);
  const { fanfare } = stage;
  const json = parsing(bodyParser.json());
  browser = await stage.serve('Express 5', [
    { mount: '/attached', use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { use: [json] },
    { mount: '/attached', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
  ]);
}

function verdict(answer: Answer): unknown {
  return answer.status === 200 ? 'passed' : answer.json()['code'];
}

describe('a shop’s own "token" beside a token that is ours', () => {
  beforeEach(() => open());

  test.each(['token', 'grant'])('a form field "%s" is not looked at', async (bare) => {
    const fields = { [bare]: 'the-shop-s-own-form-token', admissionToken: stage.token() };
    expect(verdict(await browser.post('/checkout', fields))).toBe('passed');
    expect(verdict(await browser.post('/fanfare/admission', fields))).toBe('passed');
  });

  test('a parameter is not looked at on the way in', async () => {
    const answer = await browser.fetch(`/checkout?token=reset-abcdefgh&admission_token=${stage.token()}`);
    expect(verdict(answer)).toBe('passed');
  });

  test('two different tokens under names of ours are a question nobody can answer', async () => {
    const fields = { admissionToken: stage.token(), admissionGrant: stage.token() };
    expect(verdict(await browser.post('/checkout', fields))).toBe('INVALID_ADMISSION_DATA');
  });

  test('the same token under two names is one', async () => {
    const token = stage.token();
    const fields = { admissionToken: token, admissionGrant: token };
    expect(verdict(await browser.post('/checkout', fields))).toBe('passed');
  });
});

describe('a field that is null', () => {
  beforeEach(() => open());

  const ids = { ...DROP, consumerId: 'cons_1' };
  const token = (): string => stage.token({ ...ids, opaque: true });

  // What JSON.stringify makes of an object whose other names for the token are empty.
  test.each<[string, () => Record<string, unknown>]>([
    ['another name of the token', () => ({ admissionToken: null, admissionGrant: token(), ...ids })],
    [
      'an id in the stored admission',
      () => ({ fanfareAdmission: { token: token(), consumerId: null }, ...ids }),
    ],
    [
      'another name in the stored admission',
      () => ({ fanfareAdmission: { token: null, grant: token(), ...ids } }),
    ],
  ])('is not there: %s', async (_what, fields) => {
    expect(verdict(await browser.post('/checkout', fields()))).toBe('passed');
    expect(verdict(await browser.post('/fanfare/admission', fields()))).toBe('passed');
  });

  test('is no token', async () => {
    expect(verdict(await browser.post('/fanfare/admission', { grant: null }))).toBe('ADMISSION_REQUIRED');
  });
});

describe('more than one place', () => {
  beforeEach(() => open());

  test('a guard looks into the body although attach has seen a bad header', async () => {
    const headers = { 'X-Fanfare-Admission': 'undefined' };
    const answer = await browser.post('/attached', { admissionToken: stage.token() }, headers);
    expect([verdict(answer), ours(answer).length]).toEqual(['passed', 1]);
  });

  test('an empty header is none', async () => {
    const headers = { 'X-Fanfare-Admission': '' };
    expect(verdict(await browser.fetch('/checkout', { headers }))).toBe('ADMISSION_REQUIRED');
    const answer = await browser.fetch(`/checkout?admission_token=${stage.token()}`, { headers });
    expect(verdict(answer)).toBe('passed');
  });
});

describe('a parsed body', () => {
  test('is what the handoff reads when a parser ran before', async () => {
    stage = await openStage();
    const parser = parsing(bodyParser.json());
    browser = await stage.serve('Express 5', [{ use: [parser, stage.fanfare.routes()] }]);
    expect(verdict(await browser.post('/admission', { grant: stage.token() }))).toBe('passed');
  });

  test.each([
    ['text', bodyParser.text({ type: () => true })],
    ['bytes', bodyParser.raw({ type: () => true })],
  ])('that a parser has left as %s is read like one that none has read', async (_as, parser) => {
    stage = await openStage();
    browser = await stage.serve('Express 5', [{ use: [parsing(parser), stage.fanfare.routes()] }]);
    expect(verdict(await browser.post('/admission', { grant: stage.token() }))).toBe('passed');
    expect(verdict(await browser.post('/admission', {}))).toBe('ADMISSION_REQUIRED');
    expect(verdict(await browser.post('/admission', { x: 'a'.repeat(8_192) }))).toBe(
      'INVALID_ADMISSION_DATA',
    );
    const damaged = await browser.fetch('/admission', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{"grant":',
    });
    expect(verdict(damaged)).toBe('INVALID_ADMISSION_DATA');
  });

  test('counts by its own fields, never by inherited ones', async () => {
    stage = await openStage();
    const inherited: Middleware = (req, _res, next) => {
      Object.assign(req, { body: Object.create({ admissionToken: stage.token() }) as object });
      next?.();
    };
    browser = await stage.serve('Express 5', [
      { use: [inherited, stage.fanfare.requireAdmission(), showAdmission] },
    ]);
    expect(verdict(await browser.fetch('/', { method: 'POST' }))).toBe('ADMISSION_REQUIRED');
  });
});

describe('ids beside a token in the header', () => {
  beforeEach(() => open());

  const drop = 'distribution_id=queue_1&distribution_type=queue';

  test.each([
    [`consumer_id=cons_1&${drop}`, 'passed'],
    [`consumer_id=cons_1&consumer_id=cons_1&${drop}`, 'INVALID_ADMISSION_DATA'],
    [`consumer_id=cons_1&consumer_id=cons_2&${drop}`, 'INVALID_ADMISSION_DATA'],
    [`consumer_id[]=cons_1&${drop}`, 'ADMISSION_INVALID'],
    [`consumer_id=%&${drop}`, 'INVALID_ADMISSION_DATA'],
  ])('%s', async (query, expected) => {
    const token = stage.token({ opaque: true, consumerId: 'cons_1' });
    const answer = await browser.fetch(`/checkout?${query}`, { headers: { 'X-Fanfare-Admission': token } });
    expect(verdict(answer)).toBe(expected);
  });
});

describe('the cleaned URL', () => {
  beforeEach(() => open());

  test.each(['/checkout', '/attached'])('%s names the consumer no more', async (path) => {
    const token = stage.token({ opaque: true, consumerId: 'cons_1' });
    const ids = 'distribution_id=queue_1&distribution_type=queue';
    const handoff = await browser.visit(`${path}?a=1&consumer_id=cons_1&${ids}&admission_token=${token}`);
    expect([handoff.status, handoff.headers.location]).toEqual([303, `${path}?a=1&${ids}`]);
    expect((await browser.visit(`${path}?a=1&${ids}`)).json()['admission']).toMatchObject({
      ...{ ...DROP, consumerId: 'cons_1' },
    });
  });

  test('a consumer id without a token is the shop’s own', async () => {
    await browser.visit(`/checkout?admission_token=${stage.token()}`);
    expect((await browser.visit('/checkout?consumer_id=cons_1')).status).toBe(200);
  });

  test.each([
    '?admission%5Ftoken=T',
    '??admission_token=T',
    '?&&admission_token=T&',
    '?admission_token=T&fanfare_token=T',
    '?x=%zz&admission_token=T&%=1',
    '?consumerId=&admission_token=T',
  ])('%s holds no token any more, so that nothing loops', async (spelled) => {
    const token = stage.token();
    const handoff = await browser.visit(`/checkout${spelled.replaceAll('T', token)}`);
    expect([handoff.status, handoff.headers.location]).toEqual([
      303,
      expect.not.stringContaining(token) as string,
    ]);
    expect((await browser.visit(handoff.headers.location!)).status).toBe(200);
  });
});

test('the names are configurable, and the usual ones then mean nothing', async () => {
  const tokenNames = { query: ['pass'], header: 'X-Pass', body: ['ticket'], bare: [] };
  await open({ tokenNames });
  const token = stage.token();
  for (const usual of ['admission_token', 'token']) {
    expect(verdict(await browser.fetch(`/checkout?${usual}=${token}`))).toBe('ADMISSION_REQUIRED');
    expect(verdict(await browser.post('/checkout', { [usual]: token }))).toBe('ADMISSION_REQUIRED');
  }
  const usual = { 'X-Fanfare-Admission': token };
  expect(verdict(await browser.fetch('/checkout', { headers: usual }))).toBe('ADMISSION_REQUIRED');
  expect(stage.validations()).toBe(0);
  expect(verdict(await browser.fetch('/checkout', { headers: { 'X-Pass': token } }))).toBe('passed');
  expect(verdict(await browser.post('/fanfare/admission', { ticket: token }))).toBe('passed');
  const handoff = await browser.visit(`/checkout?pass=${stage.token()}&admission_token=mine`);
  expect(handoff.headers.location).toBe('/checkout?admission_token=mine');
});

/** Links from another domain and references from the bank, in the hands of somebody else: as bytes, to both kinds of server. */
import { signHandoff } from '../../lib/tokens/handoff-link.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { signReturn } from '../../lib/tokens/payment-return.js';
import { sealToken } from '../../lib/tokens/seal.js';
import { type Session, signSession } from '../../lib/tokens/session.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, listen, listenerOf, SECRET, showAdmission } from '../support/servers.js';
import { openStage, type Route, type ServerKind, type Stage } from '../support/servers.js';
import type { Ask, Outcome } from './in-process.js';
import { leadsAway } from './judge.js';
import { askOverHttp } from './over-http.js';

const BOTH = 'a secret that two domains know, long enough';
const HERE = 'https://shop.example';
const HOUR = 3_600_000;
const ID = 'a'.repeat(43);
const both = createKeyring([BOTH]);
const own = createKeyring([SECRET]);
const clock = new ManualClock(Date.now());

let stage: Stage;
const origins = new Map<ServerKind, string>();
let links = 0;

beforeAll(async () => {
  stage = await openStage(
    { handoff: { secrets: [BOTH], origin: HERE }, coldValidationsPerMinute: false },
    { clock },
  );
  const { fanfare } = stage;
  const routes: readonly Route[] = [
    { use: [fanfare.attachAdmission()] },
    { mount: '/fanfare', use: [fanfare.routes()] },
    { path: '/back', use: [fanfare.acceptReturn(), showAdmission] },
    { path: '/checkout', use: [fanfare.claimAdmission(), showAdmission] },
  ];
  for (const kind of ['Express 5', 'node:http'] as const)
    origins.set(kind, await listen(listenerOf(kind, routes)));
});
afterAll(closeStages);

interface Changed {
  readonly origin?: string;
  readonly organizationId?: string;
  readonly secret?: string;
  readonly endsAt?: number;
  readonly expiresAt?: number;
  readonly sealedToken?: string;
}

const session = (expiresAt = clock.now() + HOUR): Session => ({
  admission: {
    ...{ id: ID, consumerId: 'cons_1', distributionId: 'queue_1', distributionType: 'queue', expiresAt },
  },
  ...{ sid: 's'.repeat(22), startedAt: clock.now(), validatedAt: clock.now() },
  ...{ attempted: false, provenBy: 'fanfare' },
});

/** Nobody has taken it yet. */
function link({
  origin = HERE,
  organizationId,
  secret = BOTH,
  endsAt,
  expiresAt,
  sealedToken,
}: Changed = {}) {
  links += 1;
  const keyring = createKeyring([secret]);
  return signHandoff(keyring, origin, {
    id: `link_${String(links)}`,
    organizationId: organizationId ?? stage.emulator.organizationId,
    session: session(expiresAt),
    sealedToken: sealedToken ?? sealToken(keyring, 'adm_sealed_token', ID),
    endsAt: endsAt ?? clock.now() + 60_000,
  });
}

const reference = (path = '/back', endsAt = clock.now() + HOUR): string =>
  signReturn(own, stage.emulator.organizationId, { admissionId: ID, attemptId: 'attempt_1', path, endsAt });

const flipped = (text: string, at: number): string =>
  text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
const part = (text: string, at: number): string => text.split('.')[at] ?? '';
const get = (target: string, headers: Ask['headers'] = {}): Ask => ({
  ...{ method: 'GET', target, headers: { host: 'shop.example', ...headers } },
});
const post = (target: string, body: string, type = 'application/json'): Ask => ({
  ...{ method: 'POST', target, headers: { host: 'shop.example', 'content-type': type }, body },
});
const byLink = (text: string): Ask => get(`/checkout?fanfare_handoff=${text}`);

const LINKS: Readonly<Record<string, readonly [string, () => Ask]>> = {
  'for another domain': ['ADMISSION_INVALID', () => byLink(link({ origin: 'https://evil.example' }))],
  'for our domain without TLS': ['ADMISSION_INVALID', () => byLink(link({ origin: 'http://shop.example' }))],
  'of a secret guessed': ['ADMISSION_INVALID', () => byLink(link({ secret: 'x'.repeat(40) }))],
  'of the session secret': ['ADMISSION_INVALID', () => byLink(link({ secret: SECRET }))],
  'of another organization': ['ADMISSION_MISMATCH', () => byLink(link({ organizationId: 'org_2' }))],
  'that has lapsed': ['ADMISSION_INVALID', () => byLink(link({ endsAt: clock.now() - 10_000 }))],
  'of an admission that is over': [
    'ADMISSION_EXPIRED',
    () => byLink(link({ expiresAt: clock.now() - HOUR })),
  ],
  'whose token is sealed for another admission': [
    'ADMISSION_INVALID',
    () => byLink(link({ sealedToken: sealToken(both, 'adm_sealed_token', 'b'.repeat(43)) })),
  ],
  'whose token is not sealed': ['ADMISSION_INVALID', () => byLink(link({ sealedToken: 'adm_sealed_token' }))],
  'with a bit of its header changed': ['ADMISSION_INVALID', () => byLink(flipped(link(), 3))],
  'with a bit of its payload changed': ['ADMISSION_INVALID', () => byLink(flipped(link(), 60))],
  'with a bit of its signature changed': [
    'ADMISSION_INVALID',
    () => {
      const text = link();
      return byLink(flipped(text, text.lastIndexOf('.') + 5));
    },
  ],
  'with the payload of another': [
    'ADMISSION_INVALID',
    () => {
      const [one, other] = [link(), link()];
      return byLink(`${part(one, 0)}.${part(other, 1)}.${part(one, 2)}`);
    },
  ],
  'without its signature': [
    'ADMISSION_INVALID',
    () => byLink(`${btoa('{"alg":"none"}').replace(/=+$/, '')}.${part(link(), 1)}.`),
  ],
  'cut short': ['ADMISSION_INVALID', () => byLink(link().slice(0, -1))],
  'with a blank behind it': ['ADMISSION_INVALID', () => byLink(`${link()}%20`)],
  'with a NUL behind it': ['ADMISSION_INVALID', () => byLink(`${link()}%00`)],
  'of 5,000 characters': ['ADMISSION_INVALID', () => byLink('a'.repeat(5_000))],
  'that is a reference': ['ADMISSION_INVALID', () => byLink(reference())],
  'that is a session': [
    'ADMISSION_INVALID',
    () => byLink(signSession(both, HERE, session(), 'sealed', clock.now() + HOUR)),
  ],
  'that is there twice': [
    'ADMISSION_REQUIRED',
    () => get(`/checkout?fanfare_handoff=${link()}&fanfare_handoff=${link()}`),
  ],
  'that is a list': ['ADMISSION_REQUIRED', () => get(`/checkout?fanfare_handoff[]=${link()}`)],
  'under a name in capitals': ['ADMISSION_REQUIRED', () => get(`/checkout?FANFARE_HANDOFF=${link()}`)],
  'beside a token of junk': [
    'ADMISSION_INVALID',
    () => get(`/checkout?admission_token=${'j'.repeat(20)}.a.b&fanfare_handoff=x`),
  ],
  'in a header': ['ADMISSION_INVALID', () => get('/checkout', { 'x-fanfare-admission': link() })],
  'as an admission token': ['ADMISSION_INVALID', () => get(`/checkout?admission_token=${link()}`)],
  'in a cookie': [
    'ADMISSION_REQUIRED',
    () => get('/checkout', { cookie: `fanfare_admission_${ID.slice(0, 8)}=${link()}` }),
  ],
  'with a submit': ['ADMISSION_REQUIRED', () => post(`/checkout?fanfare_handoff=${link()}`, '{}')],
  'in the body of a submit': [
    'ADMISSION_REQUIRED',
    () => post('/checkout', JSON.stringify({ fanfare_handoff: link() })),
  ],
};

const REFERENCES: Readonly<Record<string, readonly [string, () => Ask]>> = {
  'that is a link': ['INVALID_ADMISSION_DATA', () => get(`/back?fanfare_return=${link()}`)],
  'that is over': ['ADMISSION_EXPIRED', () => get(`/back?fanfare_return=${reference('/back', 1_000)}`)],
  'of another organization': [
    'INVALID_ADMISSION_DATA',
    () => {
      const claims = { admissionId: ID, attemptId: 'a', path: '/back', endsAt: clock.now() + HOUR };
      return get(`/back?fanfare_return=${signReturn(own, 'org_2', claims)}`);
    },
  ],
  'of the secret that two domains know': [
    'INVALID_ADMISSION_DATA',
    () => {
      const claims = { admissionId: ID, attemptId: 'a', path: '/back', endsAt: clock.now() + HOUR };
      return get(`/back?fanfare_return=${signReturn(both, stage.emulator.organizationId, claims)}`);
    },
  ],
  'with a bit changed': [
    'INVALID_ADMISSION_DATA',
    () => get(`/back?fanfare_return=${flipped(reference(), 50)}`),
  ],
  'that is there twice': [
    'INVALID_ADMISSION_DATA',
    () => get(`/back?fanfare_return=${reference()}&fanfare_return=${reference()}`),
  ],
  'that is empty': ['INVALID_ADMISSION_DATA', () => get('/back?fanfare_return=')],
  'as a link': ['ADMISSION_INVALID', () => byLink(reference())],
  'as an admission token': ['ADMISSION_INVALID', () => get(`/checkout?admission_token=${reference()}`)],
  'at a checkout': ['ADMISSION_REQUIRED', () => get(`/checkout?fanfare_return=${reference()}`)],
  'in a cookie': [
    'ADMISSION_REQUIRED',
    () => get('/checkout', { cookie: `fanfare_admission_${ID.slice(0, 8)}=${reference()}` }),
  ],
};

async function everywhere(make: () => Ask): Promise<readonly Outcome[]> {
  return Promise.all([...origins.values()].map((origin) => askOverHttp(origin, make())));
}

function expectRefused({ status, headers, text }: Outcome, code: string): void {
  expect(text).toContain(`"code":"${code}"`);
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(404);
  expect([headers['set-cookie'] ?? ''].flat().filter((line) => !/^$|Max-Age=0;/.test(line))).toEqual([]);
}

test('what the attacks are made of is good', async () => {
  for (const { status, text, headers } of await everywhere(() => byLink(link()))) {
    expect([status, text]).toEqual([200, expect.stringContaining('"consumerId":"cons_1"')]);
    expect(String(headers['set-cookie'])).toContain('fanfare_admission_');
  }
  for (const { status, text } of await everywhere(() => get(`/back?fanfare_return=${reference()}`)))
    expect([status, text]).toEqual([200, '{"admission":null}']);
});

test.each(Object.entries(LINKS))('a link %s', async (_name, [code, make]) => {
  for (const outcome of await everywhere(make)) expectRefused(outcome, code);
});

test.each(Object.entries(REFERENCES))('a reference %s', async (_name, [code, make]) => {
  for (const outcome of await everywhere(make)) expectRefused(outcome, code);
});

test('of a crowd that has the same link, one gets in', async () => {
  const text = link();
  const [origin = ''] = origins.values();
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => askOverHttp(origin, byLink(text))));
  expect(outcomes.filter(({ status }) => status === 200)).toHaveLength(1);
});

test.each(['HEAD', 'POST', 'PUT', 'OPTIONS'])('a %s spends no link', async (method) => {
  const text = link();
  const [origin = ''] = origins.values();
  await askOverHttp(origin, { ...byLink(text), method });
  expect((await askOverHttp(origin, byLink(text))).status).toBe(200);
});

test.each(['//evil.example', '/\\evil.example', 'https://evil.example', '/\t/evil.example', '/back#x'])(
  'even a signed path such as %j leads nowhere else',
  async (path) => {
    const form = { 'sec-fetch-site': 'cross-site', origin: 'https://bank.example' };
    for (const { status, headers } of await everywhere(() => {
      const ask = post(`/back?fanfare_return=${reference(path)}`, 'a=b', 'application/x-www-form-urlencoded');
      return { ...ask, headers: { ...ask.headers, ...form } };
    })) {
      expect(status).toBe(303);
      expect(leadsAway(headers['location'])).toBeUndefined();
    }
  },
);

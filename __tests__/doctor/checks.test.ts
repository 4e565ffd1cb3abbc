/** Each code: one snapshot in which it is found, and one close by in which it is not. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKS, docsOf, findingsOf } from '../../lib/doctor/checks.js';
import { DOCTOR_CODES, type DoctorCode } from '../../lib/doctor/codes.js';
import type { ApiFacts, Facts, RequestFacts } from '../../lib/doctor/facts.js';
import { NOTHING } from '../../lib/doctor/request-facts.js';

type Part = Partial<Facts>;

const api = (answer: ApiFacts['answer']): Part => ({ api: { host: 'api.example', withKey: true, answer } });
const seen = (facts: Partial<RequestFacts>): Part => ({ requests: { ...NOTHING, ...facts } });
const prod = { environment: 'production' };

const CASES: Readonly<Record<DoctorCode, readonly [found: Part, words: RegExp, fine: Part]>> = {
  OPTION_WRONG: [{ wrongOptions: ['"a" must be b'] }, /^"a" must be b\.$/, { wrongOptions: [] }],
  NODE_ENV_UNSET: [{ environment: '' }, /NODE_ENV is not set/, { environment: 'test' }],
  TEST_KEY_IN_PRODUCTION: [{ ...prod, key: 'test' }, /test key/, { ...prod, key: 'live' }],
  LIVE_KEY_OUTSIDE_PRODUCTION: [
    { environment: 'test', key: 'live' },
    /live one/,
    { environment: 'test', key: 'test' },
  ],
  SESSION_SECRET_WEAK: [{ secretEntropy: 79 }, /can be guessed/, { secretEntropy: 80 }],
  ORDER_URL_MISSING: [{ hasOrderUrl: false }, /"orderUrl"/, { hasOrderUrl: true }],
  FIND_ORDER_MISSING: [{ hasFindOrder: false }, /"findOrder"/, { hasFindOrder: true }],
  LEDGER_IN_MEMORY: [{ ...prod, engine: 'memory' }, /in memory/, { ...prod, engine: 'sqlite' }],
  LEDGER_UNSAFE: [
    { ledger: { warnings: ['Not durable.'] } },
    /^Not durable\.$/,
    { ledger: { warnings: [] } },
  ],
  LEDGER_AWAY: [
    { ledger: { fault: 'no such host' } },
    /opened.*: no such host$/,
    { ledger: { warnings: [] } },
  ],
  API_UNREACHABLE: [
    api({ fault: 'ENOTFOUND' }),
    /at api\.example .*\(DNS\).*ENOTFOUND/,
    api({ status: 200 }),
  ],
  API_FAILING: [api({ status: 503 }), /with 503/, api({ status: 404 })],
  API_ADDRESS_WRONG: [api({ status: 404 }), /with 404/, api({ status: 403 })],
  KEY_REFUSED: [api({ status: 401 }), /answers 401: it refuses/, api({ status: 200 })],
  CLOCK_DRIFT: [{ clockAhead: 30_001 }, /30 seconds ahead of .* too early/, { clockAhead: 30_000 }],
  TRUST_PROXY_OFF: [seen({ distrustedProxy: true }), /"trust proxy"/, seen({})],
  COOKIES_NEED_TLS: [
    { ...seen({ plainPage: true }), insecureCookies: false },
    /plain http/,
    { ...seen({ plainPage: true }), insecureCookies: true },
  ],
  MOUNTED_AFTER_STATIC: [seen({ afterStatic: true }), /express\.static/, seen({})],
  BODY_NOT_PARSED: [seen({ unreadBody: true }), /body parser/, seen({})],
  TWO_INSTANCES: [seen({ otherInstance: true }), /two instances/, seen({})],
  COOKIE_NEAR_LIMIT: [seen({ longestCookie: 3_700 }), /3700 bytes/, seen({ longestCookie: 3_600 })],
  SESSIONS_NEAR_LIMIT: [seen({ ourCookies: 7_201 }), /7201 bytes/, seen({ ourCookies: 7_200 })],
  COOKIE_HEADER_NEAR_LIMIT: [
    seen({ cookieHeader: 12_289, headerLimit: 16_384 }),
    /12289 bytes.*16384/,
    seen({ cookieHeader: 12_288, headerLimit: 16_384 }),
  ],
};

function codesIn(part: Part): readonly DoctorCode[] {
  return findingsOf({ environment: 'test', ...part }).map(({ code }) => code);
}

test.each(DOCTOR_CODES)('%s', (code) => {
  const [found, words, fine] = CASES[code];
  const facts = { environment: 'test', ...found };
  const [finding] = findingsOf(facts).filter((one) => one.code === code);
  expect(finding).toEqual({
    ...{ code, level: CHECKS[code].level, docs: docsOf(code) },
    message: expect.stringMatching(words) as unknown,
  });
  expect(finding!.message).toMatch(/\S$/);
  expect(codesIn(fine)).not.toContain(code);
  expect(CHECKS[code].applies({ environment: 'test', ...fine })).toBe(true);
  expect(findingsOf(facts, [code]).map((one) => one.code)).not.toContain(code);
});

test('what nobody knows is not judged', () => {
  expect(findingsOf({ environment: 'test' })).toEqual([]);
});

test.each([
  ['EAI_AGAIN', 'DNS'],
  ['ECONNREFUSED', 'TCP'],
  ['UND_ERR_CONNECT_TIMEOUT', 'TCP'],
  ['CERT_HAS_EXPIRED', 'TLS'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'TLS'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS'],
  ['no answer in time', 'no HTTP answer'],
])('%s is told as %s', (fault, words) => {
  const [finding] = findingsOf({ environment: 'test', ...api({ fault }) });
  expect(finding).toMatchObject({
    code: 'API_UNREACHABLE',
    message: expect.stringContaining(words) as unknown,
  });
});

test('a clock that is behind is told as such', () => {
  const [finding] = findingsOf({ environment: 'test', clockAhead: -90_000 });
  expect(finding?.message).toMatch(/90 seconds behind .* too late/);
});

test('every code has its section in the documentation, and no other has', () => {
  const page = readFileSync(join(__dirname, '../../docs/doctor.md'), 'utf8');
  expect([...page.matchAll(/^## ([A-Z_]+)$/gm)].map(([, code]) => code)).toEqual([...DOCTOR_CODES]);
});

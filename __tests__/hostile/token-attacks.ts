/** What somebody shows in the place of an admission token who has seen any number of genuine ones. */
import { createHmac } from 'node:crypto';
import type { FanfareErrorCode } from '../../lib/errors.js';
import { base64, byEd25519, byHmac, byNobody, claims, ed25519, token as minted } from '../jwks/minting.js';
import { SECRET, type Stage } from '../support/servers.js';

/** What is shown: the token as a text or as whatever else JSON can say, and the fields beside it. */
export interface Shown {
  readonly token: unknown;
  readonly beside?: Readonly<Record<string, unknown>>;
}

/** A genuine signed token taken apart, a genuine opaque one with its ids, and whoever mints more. */
export interface Loot {
  readonly stage: Stage;
  /** An emulator of another organization, with keys of its own. */
  readonly elsewhere: Stage;
  readonly parts: readonly [string, string, string];
  readonly own: Readonly<Record<string, unknown>>;
  readonly opaque: string;
  readonly ids: Readonly<Record<string, string>>;
}

/** The code of the refusal, and what is shown. */
export type Attack = readonly [FanfareErrorCode, (loot: Loot) => Shown];

const HEADER = { alg: 'EdDSA', typ: 'JWT' };
const attacker = ed25519();

/** A whole token of the attacker's, with these claims changed. */
function forged(
  changed: Readonly<Record<string, unknown>>,
  code: FanfareErrorCode = 'ADMISSION_INVALID',
): Attack {
  return [code, ({ own }) => ({ token: minted(HEADER, { ...own, ...changed }, byEd25519(attacker)) })];
}

/** A whole token of the attacker's, with the claims spelled by hand. */
function spelled(text: string): Attack {
  return ['ADMISSION_INVALID', () => ({ token: minted(HEADER, text, byEd25519(attacker)) })];
}

/** The genuine token, its parts put together in another way. */
function altered(
  change: (parts: Loot['parts'], loot: Loot) => string,
  code: FanfareErrorCode = 'ADMISSION_INVALID',
): Attack {
  return [code, (loot) => ({ token: change(loot.parts, loot) })];
}

/** The genuine token as a text that is no token. */
function damaged(change: (token: string) => unknown): Attack {
  return ['INVALID_ADMISSION_DATA', ({ parts }) => ({ token: change(parts.join('.')) })];
}

/** The genuine opaque token with other ids beside it. */
function beside(
  changed: Readonly<Record<string, unknown>>,
  code: FanfareErrorCode = 'INVALID_ADMISSION_DATA',
): Attack {
  return [code, ({ opaque, ids }) => ({ token: opaque, beside: { ...ids, ...changed } })];
}

/** The genuine signed token with ids beside it that say something else. */
function contradicted(changed: Readonly<Record<string, unknown>>): Attack {
  return ['ADMISSION_MISMATCH', ({ parts }) => ({ token: parts.join('.'), beside: changed })];
}

const ALGORITHMS: Readonly<Record<string, Attack>> = {
  'alg none with the claims of a genuine token': [
    'ADMISSION_INVALID',
    ({ own }) => ({ token: minted({ alg: 'none' }, own, byNobody) }),
  ],
  'alg HS256 with the session secret guessed': [
    'ADMISSION_INVALID',
    ({ own }) => ({ token: minted({ alg: 'HS256', typ: 'JWT' }, own, byHmac('secret')) }),
  ],
  'alg HS256 with the real session secret': [
    'ADMISSION_INVALID',
    ({ own }) => ({ token: minted({ alg: 'HS256', typ: 'JWT' }, own, byHmac(SECRET)) }),
  ],
  'alg HS256 with the organization as secret': [
    'ADMISSION_INVALID',
    ({ own, stage }) => ({ token: minted({ alg: 'HS256' }, own, byHmac(stage.emulator.organizationId)) }),
  ],
  'a signature of the attacker': forged({}),
  'a claim more under the genuine signature': altered(
    ([header, , signature], { own }) => `${header}.${base64({ ...own, admin: true })}.${signature}`,
  ),
  'a later end under the genuine signature': altered(
    ([header, , signature], { own }) =>
      `${header}.${base64({ ...own, expiresAt: '2099-01-01T00:00:00Z' })}.${signature}`,
  ),
  'another consumer under the genuine signature': altered(
    ([header, , signature], { own }) => `${header}.${base64({ ...own, consumerId: 'cons_2' })}.${signature}`,
  ),
  'the signature of another genuine token': altered(
    ([header, payload], { stage }) => `${header}.${payload}.${stage.token().split('.')[2]!}`,
  ),
  'a header that says so under the genuine signature': altered(
    ([, payload, signature]) => `${base64({ ...HEADER, kid: 'x' })}.${payload}.${signature}`,
  ),
};

const PARTS: Readonly<Record<string, Attack>> = {
  'without its signature': altered(([header, payload]) => `${header}.${payload}.`),
  'without its last dot': altered(([header, payload]) => `${header}.${payload}`),
  'without its header': altered(([, payload, signature]) => `.${payload}.${signature}`),
  'the payload alone': altered(([, payload]) => payload),
  'the signature alone': altered(([, , signature]) => signature),
  'with a fourth part': altered((parts) => [...parts, 'AAAA'].join('.')),
  'with a dot behind it': altered((parts) => `${parts.join('.')}.`),
  'with a dot before it': altered((parts) => `.${parts.join('.')}`),
  'twice, glued by a dot': altered((parts) => [...parts, ...parts].join('.')),
  'twice, glued by nothing': altered((parts) => parts.join('.').repeat(2), 'ADMISSION_INVALID'),
  'the last character missing': altered((parts) => parts.join('.').slice(0, -1)),
  'one character more': altered((parts) => `${parts.join('.')}AAAA`),
  'in capitals': altered((parts) => parts.join('.').toUpperCase()),
  'from back to front': altered((parts) => Array.from(parts.join('.')).reverse().join('')),
  'a tilde between the parts': altered((parts) => parts.join('~')),
  'twice, glued by a comma': damaged((token) => `${token},${token}`),
  'of one character too many': ['INVALID_ADMISSION_DATA', () => ({ token: 'a'.repeat(1_801) })],
  'of seven characters': ['INVALID_ADMISSION_DATA', () => ({ token: 'a.b.c.d' })],
  'of dots': ['ADMISSION_INVALID', () => ({ token: '.'.repeat(64) })],
  'of tildes': ['ADMISSION_INVALID', () => ({ token: '~'.repeat(1_800) })],
};

const SPELLINGS: Readonly<Record<string, Attack>> = {
  'a blank in the middle': damaged((token) => token.replace('.', ' .')),
  'a tab in the middle': damaged((token) => token.replace('.', '\t.')),
  'a line end behind it': damaged((token) => `${token}\n`),
  'a return and a header behind it': damaged((token) => `${token}\r\nX-Fanfare-Admitted: 1`),
  'a no-break space behind it': damaged((token) => `${token}\u00a0`),
  'a zero-width space inside': damaged((token) => token.replace('.', '\u200b.')),
  'a byte order mark before it': damaged((token) => `\ufeff${token}`),
  'a soft hyphen inside': damaged((token) => token.replace('.', '\u00ad.')),
  'a line separator inside': damaged((token) => token.replace('.', '\u2028.')),
  'right to left': damaged((token) => `\u202e${token}`),
  'a NUL behind it': damaged((token) => `${token}\u0000`),
  'a NUL and more behind it': damaged((token) => `${token}\u0000.aaaaaaaa`),
  'Arabic digits': damaged((token) => `${token}\u0661\u0662`),
  'full-width letters': damaged((token) => token.replace('e', '\uff45')),
  'a full-width dot': damaged((token) => token.replaceAll('.', '\uff0e')),
  'a Kelvin sign': damaged((token) => `${token}\u212a`),
  'a long s': damaged((token) => `${token}\u017f`),
  'a Cyrillic e': damaged((token) => token.replace('e', '\u0435')),
  'a combining mark': damaged((token) => `${token}\u0301`),
  'half a surrogate pair': damaged((token) => `${token}\ud800`),
  'percent escapes that were escaped': damaged((token) => token.replace('e', '%65')),
  'an escaped dot': damaged((token) => token.replaceAll('.', '%2e')),
  'an overlong dot': damaged((token) => token.replaceAll('.', '%c0%ae')),
  'a JSON escape': damaged((token) => token.replace('e', '\\u0065')),
  'an HTML escape': damaged((token) => token.replace('e', '&#101;')),
  'base64 with padding': damaged((token) => `${token}==`),
  'base64 of the other alphabet': damaged((token) => `${token}+/`),
  'base64 of the whole': [
    'ADMISSION_INVALID',
    ({ parts }) => ({ token: base64(parts.join('.')).slice(0, 1_800) }),
  ],
  'Bearer before it': damaged((token) => `Bearer ${token}`),
  'quotes around it': damaged((token) => `"${token}"`),
  'angle brackets around it': damaged((token) => `<${token}>`),
};

const CLAIMS: Readonly<Record<string, Attack>> = {
  'a claim named twice': spelled(
    '{"consumerId":"cons_1","consumerId":"cons_2","distributionId":"queue_1","distributionType":"queue"}',
  ),
  'claims below __proto__': spelled(
    '{"__proto__":{"consumerId":"cons_1","distributionId":"queue_1","distributionType":"queue"}}',
  ),
  'claims below constructor.prototype': spelled(
    '{"constructor":{"prototype":{"consumerId":"cons_1"}},"distributionId":"queue_1","distributionType":"queue"}',
  ),
  'a __proto__ among the claims': spelled(
    '{"__proto__":null,"consumerId":"cons_1","distributionId":"queue_1","distributionType":"queue"}',
  ),
  'a toString among the claims': forged({ toString: 1, valueOf: null, hasOwnProperty: 1 }),
  'a then among the claims': forged({ then: 'x', toJSON: 1 }),
  'claims that are a list': spelled('[{"consumerId":"cons_1"}]'),
  'claims that are null': spelled('null'),
  'claims that are a text': spelled('"cons_1"'),
  'claims that are a number': spelled('1e999'),
  'claims that are no JSON': spelled('{"consumerId":"cons_1"'),
  'claims that are nested without end': spelled('['.repeat(900)),
  'an id that is an object': forged({ consumerId: { $ne: null } }),
  'an id that is a list': forged({ consumerId: ['cons_1'] }),
  'an id that is a number': forged({ distributionId: 1 }),
  'an id that is true': forged({ distributionId: true }),
  'an id that is null': forged({ consumerId: null }),
  'an id that is empty': forged({ consumerId: '' }),
  'an id that climbs': forged({ distributionId: '../../checkout' }),
  'an id with a NUL': forged({ consumerId: 'cons_1\u0000' }),
  'an id with a line end': forged({ consumerId: 'cons_1\r\nX: y' }),
  'an id with Arabic digits': forged({ consumerId: 'cons_\u0661' }),
  'an id of 129 characters': forged({ consumerId: 'c'.repeat(129) }),
  'a type of Object.prototype': forged({ distributionType: 'hasOwnProperty' }),
  'a type __proto__': forged({ distributionType: '__proto__' }),
  'a type in capitals': forged({ distributionType: 'QUEUE' }),
  'a type with a blank': forged({ distributionType: 'queue ' }),
  'a type that is a list': forged({ distributionType: ['queue'] }),
};

const TIMES: Readonly<Record<string, Attack>> = {
  'ended an hour ago': [
    'ADMISSION_EXPIRED',
    ({ stage }) => ({ token: stage.token({ expiresInSeconds: -3_600 }) }),
  ],
  'ended an hour ago, with a later end beside it': [
    'ADMISSION_EXPIRED',
    ({ stage }) => ({
      token: stage.token({ expiresInSeconds: -3_600 }),
      beside: { expires_at: '2099-01-01T00:00:00Z' },
    }),
  ],
  'ended an hour ago, opaque': [
    'ADMISSION_INVALID',
    ({ stage }) => {
      const { token, consumerId } = stage.emulator.mint({
        distributionId: 'queue_1',
        distributionType: 'queue',
        opaque: true,
        expiresInSeconds: -3_600,
      });
      return {
        token,
        beside: { consumer_id: consumerId, distribution_id: 'queue_1', distribution_type: 'queue' },
      };
    },
  ],
  'one end past, one to come': forged({ expiresAt: '2099-01-01T00:00:00Z', exp: 1 }, 'ADMISSION_EXPIRED'),
  'an end in the year 9999': forged({ expiresAt: '9999-12-31T23:59:59Z' }),
  'an end of seconds meant as milliseconds': forged({ exp: 1_700_000_000 }, 'ADMISSION_EXPIRED'),
  'an end of milliseconds meant as seconds': forged({ exp: 4_102_444_800_000 }),
  'an end just below the border of seconds': forged({ exp: 1e11 - 1 }),
  'an end at the border of milliseconds': forged({ exp: 1e11 }, 'ADMISSION_EXPIRED'),
  'an end beyond all time': forged({ exp: 1e300 }),
  'an end below zero': forged({ exp: -1, expiresAt: undefined }),
  'an end that is not a number': forged({ exp: 'NaN', expiresAt: 'Infinity' }),
  'an end in hexadecimal': forged({ exp: '0xffffffff', expiresAt: undefined }),
  'an end in Arabic digits': forged({ exp: '\u0669\u0669\u0669', expiresAt: undefined }),
  'an end that is a list': forged({ exp: [4_102_444_800], expiresAt: { valueOf: 1 } }),
  'an end without a zone': forged({ expiresAt: '2099-01-01T00:00:00' }),
  'admitted in the future': forged({ admittedAt: '2099-01-01T00:00:00Z' }),
  'admitted never': forged({ admittedAt: null }),
};

const STRANGERS: Readonly<Record<string, Attack>> = {
  "another organization's": ['ADMISSION_INVALID', ({ elsewhere }) => ({ token: elsewhere.token() })],
  "another organization's, which says it is ours": [
    'ADMISSION_INVALID',
    ({ elsewhere, stage }) => ({
      token: elsewhere.token(),
      beside: { organizationId: stage.emulator.organizationId },
    }),
  ],
  'for another distribution': [
    'ADMISSION_MISMATCH',
    ({ stage }) => ({ token: stage.token({ distributionId: 'queue_2' }) }),
  ],
  'for another distribution, which beside it is ours': contradicted({ distribution_id: 'queue_2' }),
  'for another type, beside it': contradicted({ distribution_type: 'draw' }),
  'for another consumer, beside it': contradicted({ consumer_id: 'cons_2' }),
  'for another consumer, under the other name': contradicted({ consumerId: 'cons_2' }),
  'opaque, for another consumer': beside({ consumer_id: 'cons_2' }, 'ADMISSION_INVALID'),
  'opaque, for another type': beside({ distribution_type: 'draw' }, 'ADMISSION_INVALID'),
  'opaque, for another distribution': beside({ distribution_id: 'queue_2' }, 'ADMISSION_MISMATCH'),
  'opaque, for nobody': beside({ consumer_id: '' }, 'ADMISSION_INVALID'),
  'opaque, for a consumer that climbs': beside({ consumer_id: '../cons_1' }),
  'opaque, for a distribution that is a query': beside({ distribution_id: 'queue_1?x=y' }),
  'opaque, for an escaped distribution': beside({ distribution_id: 'queue%5f1' }),
  'opaque, for a type of Object.prototype': beside({ distribution_type: 'constructor' }),
  'opaque, for a consumer with a line end': beside({ consumer_id: 'cons_1\n' }),
  'opaque, for a consumer of 129 characters': beside({ consumer_id: 'c'.repeat(129) }),
  'opaque, for two consumers': [
    'INVALID_ADMISSION_DATA',
    ({ opaque, ids }) => ({ token: opaque, beside: { ...ids, consumer_id: [ids['consumer_id'], 'cons_2'] } }),
  ],
  'opaque, made up': ['ADMISSION_INVALID', ({ ids }) => ({ token: `adm_${'0'.repeat(32)}`, beside: ids })],
  'opaque, one character off': [
    'ADMISSION_INVALID',
    ({ opaque, ids }) => ({
      token: `${opaque.slice(0, -1)}${opaque.endsWith('A') ? 'B' : 'A'}`,
      beside: ids,
    }),
  ],
  'a hash of the genuine one': [
    'ADMISSION_INVALID',
    ({ opaque, ids }) => ({
      token: createHmac('sha256', '').update(opaque).digest('base64url'),
      beside: ids,
    }),
  ],
  'the claims of somebody who was never admitted': [
    'ADMISSION_INVALID',
    () => ({ token: minted(HEADER, claims(Date.now(), { consumerId: 'cons_9' }), byEd25519(attacker)) }),
  ],
};

/** Tokens, each a text that fits a URL, a header and a body alike. */
export const TOKENS: Readonly<Record<string, Attack>> = {
  ...ALGORITHMS,
  ...PARTS,
  ...SPELLINGS,
  ...CLAIMS,
  ...TIMES,
  ...STRANGERS,
};

/** What only JSON can say in the place of a token. */
export const VALUES: Readonly<Record<string, Attack>> = {
  'a list of one': damaged((token) => [token]),
  'a list of two': damaged((token) => [token, token]),
  'a list of lists': damaged((token) => [[token]]),
  'a number': damaged(() => 12_345_678),
  'a huge number': damaged(() => 1e308),
  true: damaged(() => true),
  'an empty object': damaged(() => ({})),
  'an object with toString': damaged((token) => ({ toString: token })),
  'an object with length and parts': damaged((token) => ({ length: 1, 0: token })),
  'the token within the token': damaged((token) => ({ token: { token } })),
  'the token below __proto__': damaged(
    (token) => JSON.parse(`{"__proto__":{"token":"${token}"}}`) as unknown,
  ),
  'a query operator': damaged(() => ({ $gt: '' })),
  'a buffer as JSON': damaged((token) => Buffer.from(token).toJSON()),
  'the stored object as a list': damaged((token) => [{ token }]),
  'the stored object, twice packed': damaged((token) => JSON.stringify(JSON.stringify({ token }))),
  'the stored object for another consumer': [
    'ADMISSION_INVALID',
    ({ opaque, ids }) => ({
      token: {
        token: opaque,
        consumerId: 'cons_2',
        distributionId: ids['distribution_id'],
        distributionType: 'queue',
      },
    }),
  ],
};

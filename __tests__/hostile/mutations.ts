/** Ways to damage a text that was good: a token, a cookie, a query, a body. */
import type { Dice } from './dice.js';

/** Texts that have broken parsers elsewhere. */
const WORDS: readonly string[] = [
  ...['', ' ', '0', '-1', 'null', 'undefined', 'true', 'NaN', '[object Object]', '__proto__', 'constructor'],
  ...['{}', '[]', '{', '"', '{"token":{}}', '{"__proto__":{"token":"aaaaaaaa"}}', '{"token":["aaaaaaaa"]}'],
  ...['aaaaaaaa', 'a.b.c', '..', '%00', '%', '%zz', '%E0%A4%A', '%C0%AE', '\u0000', '\ud800', '\ufeff', 'ſ'],
  ...['//evil.example', '/\\evil.example', 'https://evil.example', '<script>alert(1)</script>', '"><x y='],
  ...['\r\nSet-Cookie: x=y', '%0d%0aLocation: https://evil.example', ';', '; Path=/x', ',', '=', '&', '&a=b'],
  ...[
    'eyJhbGciOiJub25lIn0.e30.',
    'eyJhbGciOiJub25lIn0.bnVsbA.',
    'eyJhbGciOiJub25lIn0.W10.x',
    'bnVsbA.bnVsbA.x',
  ],
];
const CHARACTERS = Array.from('.-_~=+/%&;, "\'\\{}[]<>()@:#?\t\n\r\u0000\u00e9\u0661\uff11\u200b\u212a');
const CLAIMS: Readonly<Record<string, readonly unknown[]>> = {
  alg: ['none', 'None', 'HS256', '', null, 1, ['HS256'], {}, 'constructor'],
  consumerId: ['cons_2', '', null, 1, [], ['cons_1'], { toString: 'x' }, '../x', 'a'.repeat(129), '\u0000'],
  distributionId: ['queue_2', '', null, 1, [], ['queue_1'], {}, '..', '%2e%2e', 'a/b'],
  distributionType: ['draw', '__proto__', 'constructor', '', null, 1, ['queue'], {}],
  expiresAt: [0, -1, 1e300, 1, '', null, 'soon', '9999-12-31T23:59:59Z', '١٢٣', [], {}, 1e11 - 1, 1e11],
  exp: [0, -1, 1e300, 1, '', null, 'soon', [], {}, 1e11 - 1, 1e11, 4e9],
  admittedAt: [0, -1, 1e300, '', null, [], {}, '2020-01-01T00:00:00Z'],
};
const CLAIM_NAMES = Object.keys(CLAIMS);

type Mutation = (text: string, dice: Dice) => string;

const cut = (text: string, from: number, to: number, between = ''): string =>
  text.slice(0, from) + between + text.slice(to);

const MUTATIONS: readonly Mutation[] = [
  function flipBit(text, dice) {
    const at = dice.below(text.length + 1);
    return cut(text, at, at + 1, String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << dice.below(7))));
  },
  function leaveOut(text, dice) {
    const at = dice.below(text.length + 1);
    return cut(text, at, at + 1 + dice.below(4));
  },
  function putIn(text, dice) {
    const at = dice.below(text.length + 1);
    return cut(text, at, at, dice.pick(CHARACTERS));
  },
  function putInWord(text, dice) {
    const at = dice.below(text.length + 1);
    return cut(text, at, at, dice.pick(WORDS));
  },
  (_text, dice) => dice.pick(WORDS),
  (text, dice) => text.slice(0, dice.below(text.length + 1)),
  (text, dice) => text.slice(dice.below(text.length + 1)),
  (text, dice) => text + text.slice(dice.below(text.length + 1)),
  (text, dice) => (text + dice.pick(['.', ',', '', '&', '; '])).repeat(2 + dice.below(12)),
  (text, dice) => cut(text, dice.below(text.length + 1), text.length, text.toUpperCase()),
  (text) => Buffer.from(text).toString('base64'),
  (text) => encodeURIComponent(Buffer.from(text).toString()),
  (text) => text.replaceAll('-', '+').replaceAll('_', '/'),
  (text, dice) => JSON.stringify({ [dice.pick(['token', 'grant', '__proto__', 'x'])]: text }),
  (text, dice) => JSON.stringify([text, dice.pick(WORDS)]),
  function leaveOutPart(text, dice) {
    const parts = text.split('.');
    parts.splice(dice.below(parts.length), 1, ...(dice.once(2) ? [''] : []));
    return parts.join('.');
  },
  function swapParts(text, dice) {
    const parts = text.split('.');
    parts.push(...parts.splice(dice.below(parts.length), 1));
    return parts.join('.');
  },
  otherClaim,
];

/** A JWT whose header or payload says something else, under the signature it had. */
function otherClaim(text: string, dice: Dice): string {
  const parts = text.split('.');
  const at = dice.below(Math.min(2, parts.length));
  const name = dice.pick(CLAIM_NAMES);
  try {
    const claims = JSON.parse(Buffer.from(parts[at] ?? '', 'base64url').toString()) as Record<
      string,
      unknown
    >;
    claims[name] = dice.pick(CLAIMS[name] ?? []);
    parts[at] = Buffer.from(JSON.stringify(claims)).toString('base64url');
  } catch {
    parts[at] = dice.pick(WORDS);
  }
  return parts.join('.');
}

/** Damages `text` once, mostly, and up to four times. */
export function mutated(text: string, dice: Dice): string {
  let result = text;
  do result = dice.pick(MUTATIONS)(result, dice);
  while (dice.once(3) && result.length < 20_000);
  return result;
}

/** One of the texts that have broken parsers elsewhere. */
export function oddWord(dice: Dice): string {
  return dice.pick(WORDS);
}

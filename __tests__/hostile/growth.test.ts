/**
 * Input of eight times the length may take eight times as long, not sixty-four; and as much as Node lets through may take no
 * longer than any other request may: all is measured in one run.
 */
import type { RequestListener } from 'node:http';
import Stripe from 'stripe';
import { redact } from '../../lib/index.js';
import { stripeWebhook } from '../../lib/webhooks/index.js';
import { base64 } from '../jwks/minting.js';
import { listenerOf } from '../support/servers.js';
import { cpuMs } from './cpu-time.js';
import { type FuzzedShop, openFuzzedShop } from './fuzzed-shop.js';
import { type Ask, askInProcess } from './in-process.js';
import { limits } from './slow.js';

const SHORT = 8_000;
const LONG = 8 * SHORT;
/** Under Node's limit for a whole head. */
const LONGEST_HEAD = 2 * SHORT;
const ROUNDS = 9;
/** How often what is over its limit is measured again. */
const TRIES = 4;
/** Below this everything is noise. */
const LEAST_MS = 0.2;
/** Between eight times, for straight lines, and sixty-four, for squares. */
const STEEPEST = 24;

let shop: FuzzedShop;
let listener: RequestListener;
let doors: RequestListener;
let limit: number;

beforeAll(async () => {
  shop = await openFuzzedShop();
  doors = withDoorsOf(shop);
  ({ limit } = await limits(doors));
});
beforeEach(() => {
  listener = doors;
});
afterAll(() => shop.fanfare.close());

/** With what a shop has beside its checkout. */
function withDoorsOf(opened: FuzzedShop): RequestListener {
  const { fanfare } = opened;
  const others = listenerOf('node:http', [
    { path: '/winner', use: [fanfare.winnerPage()] },
    { path: '/operator', use: [fanfare.operatorPage({ authorize: () => true })] },
    {
      path: '/stripe',
      use: [stripeWebhook(fanfare, { secrets: STRIPE_SECRETS, stripe: new Stripe('sk_test_of_nobody') })],
    },
  ]);
  const checkout = opened.listener('node:http');
  return (req, res) => {
    (OTHER_DOOR.test(req.url ?? '') ? others : checkout)(req, res);
  };
}

const OTHER_DOOR = /^\/(?:winner|operator|stripe)\b/;
/** As many as while one takes the place of another. */
const STRIPE_SECRETS = ['a', 'b', 'c'].map((letter) => `whsec_${letter.repeat(32)}`);

/** The best of some rounds: what the process does besides only ever adds. */
async function fastest({ target, ...ask }: Ask): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = cpuMs();
    // No query comes twice, so that nothing is remembered of it.
    await askInProcess(listener, { ...ask, target: target.replace('?', `?${String(round)}&`) });
    best = Math.min(best, cpuMs() - began);
  }
  return best;
}

/** What is over is measured again, beside a limit of that moment: the machine may have become slower since the last. */
async function shareOfLimit(ask: Ask): Promise<number> {
  let share = (await fastest(ask)) / limit;
  for (let again = 0; again < TRIES && share >= 1; again += 1) {
    ({ limit } = await limits(doors));
    share = (await fastest(ask)) / limit;
  }
  return share;
}

const filled = (piece: string, length: number): string =>
  piece.repeat(Math.ceil(length / piece.length)).slice(0, length);
const get = (target: string, headers: Ask['headers'] = {}): Ask => ({ method: 'GET', target, headers });
const headed = (name: string, before: string, piece: string, after = '') =>
  ((length) => get('/checkout', { [name]: before + filled(piece, length) + after })) satisfies Grow;
const queried = (before: string, piece: string, after = '') =>
  ((length) =>
    get(`/checkout?${before}${filled(piece, length)}${after}`, { accept: 'text/html' })) satisfies Grow;
const posted = (target: string, type: string, write: (length: number) => string) =>
  ((length) => ({
    method: 'POST',
    target,
    headers: { 'content-type': type },
    body: write(length),
  })) satisfies Grow;
/** Each different from all the others, as what is coded by its difference likes it least. */
const letters = (length: number): string =>
  encodeURIComponent(
    String.fromCodePoint(...Array.from({ length: length / 9 }, (_, index) => 0x4e_00 + index)),
  );
/** None of them signed by us, though each looks like it. */
const forged = (length: number): string =>
  Array.from(
    { length: 20 },
    (_, index) =>
      `fanfare_admission_${String(index).padStart(8, '0')}=${base64({ alg: 'HS256', typ: 'JWT' })}.${base64({ id: 'a'.repeat(length / 32) })}.${'a'.repeat(43)}`,
  ).join('; ');
const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';

type Grow = (length: number) => Ask;

const signed = (signature: string): Ask => ({
  ...{ method: 'POST', target: '/stripe', headers: { 'stripe-signature': signature }, body: '{}' },
});

const INPUTS: Readonly<Record<string, Grow>> = {
  'a token of letters': queried('admission_token=', 'a'),
  'a token of dots': queried('admission_token=', '.'),
  'a token of parts': queried('admission_token=', 'aa.'),
  'a token of percent escapes': queried('admission_token=', '%41'),
  'a token of broken escapes': queried('admission_token=', '%'),
  'a token of opening braces': queried('admission_token=', '{'),
  'a token of nested JSON': queried('admission_token=', '%7B%22token%22:'),
  'a token of one name again and again': queried('', 'admission_token=aaaaaaaa&'),
  'a token among nameless pairs': queried('admission_token=aaaaaaaa', '&=&'),
  'a token among many names': queried('admission_token=aaaaaaaa', '&a=b'),
  'a token among names that are no text': queried('admission_token=aaaaaaaa', '&%e0%a4'),
  'a token among names of escapes': queried('admission_token=aaaaaaaa', '&%41%42'),
  'a token among names of plus signs': queried('admission_token=aaaaaaaa', '&+'),
  'a token among values that are no text': queried('admission_token=aaaaaaaa', '&a=%e0%a4'),
  'a token that is no text again and again': queried('', 'admission_token=%e0%a4&'),
  'a link from elsewhere that is no text': queried('', 'fanfare_handoff=%e0%a4&'),
  'a query of ampersands': queried('', '&'),
  'a query of equal signs': queried('', '='),
  'a query of question marks': queried('', '?'),
  'an end of digits': queried('admission_token=aaaaaaaa&expires_at=', '1'),
  'a path of slashes': (length) => get(`${filled('/', length)}checkout`, { accept: 'text/html' }),
  'a path of dots': (length) => get(filled('/..', length), { accept: 'text/html' }),
  'a path of backslashes': (length) => get(`/${filled('a\\', length)}`, { accept: 'text/html' }),
  'a path of percent escapes': (length) => get(`/${filled('%2f', length)}`, { accept: 'text/html' }),
  'a scheme without end': (length) => get(`${filled('http+', length)}//x`, { accept: 'text/html' }),
  'a token header of blanks': headed('x-fanfare-admission', 'a', ' ', 'a'),
  'a token header of commas': headed('x-fanfare-admission', 'aaaaaaaa', ', aaaaaaaa'),
  'cookies of our name, cut': headed('cookie', '', 'fanfare_admission_'),
  'cookies of our name, many': headed('cookie', '', 'fanfare_admission_abcdefgh=x; '),
  'cookies of our name with bad ends': headed('cookie', '', 'fanfare_admission_;'),
  'a cookie of blanks': headed('cookie', 'fanfare_admission_abcdefgh=', ' ', 'x'),
  'a cookie of dots': headed('cookie', 'fanfare_admission_abcdefgh=', '.'),
  'a cookie of parts': headed('cookie', 'fanfare_admission_abcdefgh=', 'aa.'),
  'cookies of our name, forged': (length) => get('/checkout', { cookie: forged(length) }),
  'cookies of others': headed('cookie', '', 'a=b; '),
  'Accept of types': headed('accept', '', 'text/html,'),
  'Accept of anything': headed('accept', '', '*/*,'),
  'Accept of types that nobody has': (length) =>
    get('/checkout?admission_token=aaaaaaaa', { accept: filled('a/b,', length) }),
  'Accept of commas': headed('accept', '', ','),
  'Accept of parameters': headed('accept', 'text/html', ';a=b'),
  'Accept of open quotes': headed('accept', 'text/html;a="', ',"'),
  'Accept of blanks': headed('accept', 'text/html', ' ', 'x'),
  'Accept of slashes': headed('accept', '', 'a/'),
  'a purpose': headed('sec-purpose', '', 'prefetc '),
  'an Origin': (length) => ({
    ...get('/order', { origin: `http://${filled('a.', length)}`, host: 'x' }),
    method: 'POST',
  }),
  'an Origin of escapes': (length) => ({
    ...get('/fanfare/admission', { origin: `http://${letters(length)}`, host: 'x' }),
    method: 'POST',
  }),
  'a Host of escapes': (length) => get('/experience', { accept: 'text/html', host: letters(length) }),
  'a Host of letters that are not ASCII': (length) =>
    get('/experience', { accept: 'text/html', host: filled('\u00e9\u00fc', length) }),
  'a Host': (length) => get('/experience', { accept: 'text/html', host: filled('a.', length) }),
  'a Host of brackets': (length) => get('/experience', { accept: 'text/html', host: filled('[', length) }),
  'a named admission': headed('x-fanfare-admission-id', '', 'a'),
  'a content type': (length) =>
    posted('/fanfare/admission', `application/json${filled(' ;', length)}`, () => '{}')(0),
  'a body of blanks': posted('/fanfare/admission', JSON_TYPE, (length) => filled(' ', length)),
  'a body of one name': posted('/order', JSON_TYPE, (length) => `{${filled('"token":"a",', length)}"x":1}`),
  'a body of many names': posted('/order', JSON_TYPE, (length) =>
    JSON.stringify(
      Object.fromEntries(Array.from({ length: length / 16 }, (_, index) => [`n${String(index)}`, 1])),
    ),
  ),
  'a body nested': posted(
    '/order',
    JSON_TYPE,
    (length) => `{"token":${'['.repeat(length / 2)}${']'.repeat(length / 2)}}`,
  ),
  'a body whose token is JSON': posted('/order', JSON_TYPE, (length) =>
    JSON.stringify({ admissionToken: `{"token":${'{"token":'.repeat(length / 16)}1` }),
  ),
  'a form of names': posted('/order', FORM_TYPE, (length) => filled('a=b&', length)),
  'a form of brackets': posted('/order', FORM_TYPE, (length) => `token${filled('[a]', length)}=x`),
  'a handoff of 8 KB and more': posted('/fanfare/admission', JSON_TYPE, (length) =>
    JSON.stringify(filled('a', length)),
  ),
  'a winner link among names of escapes': (length) =>
    get(`/winner?fanfare_winner=${'a'.repeat(22)}${filled('&%41%42', length)}`),
  "the operator's page among names that are no text": (length) =>
    get(`/operator?${filled('&%e0%a4', length)}`),
  "the operator's cookie among others": (length) => get('/operator', { cookie: filled(';', length) }),
  "the operator's form of names that are no text": posted('/operator', FORM_TYPE, (length) =>
    filled('&%e0%a4', length),
  ),
  "Stripe's signature of commas": (length) => signed(filled(',', length)),
  "Stripe's signature of signatures": (length) => signed(`t=1${filled(',v1=', length)}`),
};

test.each(Object.entries(INPUTS))('%s', async (_name, grow) => {
  const [short, long] = [await fastest(grow(SHORT)), await fastest(grow(LONG))];
  expect(long / Math.max(short, LEAST_MS)).toBeLessThan(STEEPEST);
  expect(await shareOfLimit(grow(LONGEST_HEAD))).toBeLessThan(1);
});

const TEXTS: Readonly<Record<string, string>> = {
  'texts of nothing': '',
  'texts of one letter': 'a',
  'texts as long as the shortest secret': '____',
  secrets: 'sk_a',
};

test.each(Object.entries(TEXTS))('a log line of %s', async (_name, text) => {
  listener = (_req, res) => {
    res.end(JSON.stringify(redact(Array.from({ length: LONGEST_HEAD / (text.length + 3) }, () => text))));
  };
  expect(await shareOfLimit(get('/'))).toBeLessThan(1);
});

test('a square would be seen', async () => {
  const square: RequestListener = (req, res) => {
    const text = req.url ?? '';
    let seen = 0;
    for (let at = 0; at < text.length; at += 6) seen += text.slice(at).lastIndexOf('?');
    res.end(String(seen));
  };
  listener = square;
  const [short, long] = [await fastest(get(filled('/', SHORT))), await fastest(get(filled('/', LONG)))];
  expect(long / Math.max(short, LEAST_MS)).toBeGreaterThan(STEEPEST);
});

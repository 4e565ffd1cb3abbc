/** Session cookies that were stolen, swapped, bent or made by somebody who shares our secret for another purpose. */
import { createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import type { FanfareErrorCode } from '../../lib/errors.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { type CarriedSession, readSession, signSession } from '../../lib/tokens/session.js';
import { base64 } from '../jwks/minting.js';
import { type Answer, type Jar, ours } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, type Route, SECRET, showAdmission, type Stage } from '../support/servers.js';

const HOUR = 3_600_000;
const keyring = createKeyring([SECRET]);
let clock: ManualClock;
let stage: Stage;
let browser: Jar;
/** Two shoppers' cookies, as the browser got them. */
let mine: Cookie;
let theirs: Cookie;

interface Cookie {
  readonly name: string;
  readonly value: string;
}

beforeEach(async () => {
  clock = new ManualClock();
  stage = await openStage({ coldValidationsPerMinute: false }, { clock });
  browser = await stage.serve('Express 5', routesOf(stage.fanfare));
  [mine, theirs] = [await earn(), await earn()];
});
afterEach(closeStages);

function routesOf(fanfare: Stage['fanfare']): readonly Route[] {
  const order: Route['use'][number] = (req, res) => {
    void fanfare.completeAdmission(req, { orderId: 'order_1' }).then(() => res.end('ordered'));
  };
  return [
    { use: [fanfare.attachAdmission()] },
    { path: '/checkout', use: [fanfare.requireAdmission(), showAdmission] },
    { path: '/order', use: [fanfare.claimAdmission(), order] },
  ];
}

async function earn(jar = browser, token = stage.token()): Promise<Cookie> {
  jar.cookies.clear();
  await jar.fetch('/checkout', { headers: { 'X-Fanfare-Admission': token } });
  const [[name, value] = ['', '']] = jar.cookies;
  jar.cookies.clear();
  return { name, value };
}

/** Both a page and a submit, with the `Cookie` header as given. */
async function show(header: string, path = '/checkout'): Promise<Answer> {
  browser.cookies.clear();
  const method = path === '/order' ? 'POST' : 'GET';
  return browser.fetch(path, { method, headers: { Cookie: header } });
}

async function expectWorthless(header: string, code: FanfareErrorCode = 'ADMISSION_REQUIRED'): Promise<void> {
  for (const path of ['/checkout', '/order']) {
    const answer = await show(header, path);
    expect([answer.status, answer.json()['code']]).toEqual([403, code]);
    expect(ours(answer).filter((line) => !line.includes('; Max-Age=0;'))).toEqual([]);
  }
}

const carriedBy = ({ value }: Cookie): CarriedSession =>
  readSession(keyring, stage.emulator.organizationId, value)!;

function signed(payload: string, header: object = { alg: 'HS256', typ: 'JWT' }, hash = 'sha256'): string {
  const text = `${base64(header)}.${base64(payload)}`;
  return `${text}.${createHmac(hash, SECRET).update(text).digest('base64url')}`;
}

test('as they are, both are good', async () => {
  for (const { name, value } of [mine, theirs]) expect((await show(`${name}=${value}`)).status).toBe(200);
  expect((await show(`${mine.name}=${mine.value}`, '/order')).text).toBe('ordered');
});

type Bend = (cookie: Cookie, other: Cookie) => string;
const partsOf = ({ value }: Cookie): [string, string, string] => value.split('.') as [string, string, string];
const flipped = (text: string, at: number): string => {
  const place = at < 0 ? text.length + at : at;
  return text.slice(0, place) + (text[place] === 'A' ? 'B' : 'A') + text.slice(place + 1);
};
const bentPart =
  (part: 0 | 1 | 2, at: (length: number) => number): Bend =>
  (cookie) => {
    const parts = partsOf(cookie);
    parts[part] = flipped(parts[part], at(parts[part].length));
    return `${cookie.name}=${parts.join('.')}`;
  };
const middle = (length: number): number => Math.floor(length / 2);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The same bytes by another last character, whose lowest bits base64 does not use. */
function respelled(text: string): string {
  const bytes = Buffer.from(text.slice(text.lastIndexOf('.') + 1), 'base64url');
  const others = Array.from(ALPHABET, (letter) => text.slice(0, -1) + letter).filter(
    (other) => other !== text,
  );
  return others.find((other) =>
    Buffer.from(other.slice(other.lastIndexOf('.') + 1), 'base64url').equals(bytes),
  )!;
}

const BENT: Readonly<Record<string, Bend>> = {
  'a bit of the header, first character': bentPart(0, () => 0),
  'a bit of the header, middle': bentPart(0, middle),
  'a bit of the header, last character': bentPart(0, () => -1),
  'a bit of the payload, first character': bentPart(1, () => 0),
  'a bit of the payload, middle': bentPart(1, middle),
  'a bit of the payload, last character': bentPart(1, () => -1),
  'a bit of the signature, first character': bentPart(2, () => 0),
  'a bit of the signature, middle': bentPart(2, middle),
  'a bit of the signature, last character': bentPart(2, () => -1),
  'the unused bits of the last character': ({ name, value }) => `${name}=${respelled(value)}`,
  'a bit of the first dot': ({ name, value }) => `${name}=${value.replace('.', '/')}`,
  'padding behind it': ({ name, value }) => `${name}=${value}=`,
  'the other alphabet of base64': ({ name, value }) => `${name}=${value}+`,
  'quotes around it': ({ name, value }) => `${name}="${value}"`,
  'percent escapes': ({ name, value }) => `${name}=${value.replaceAll('.', '%2e')}`,
  'a blank before it': ({ name, value }) => `${name}= ${value}`,
  'a comma behind it': ({ name, value }) => `${name}=${value},`,
  'itself behind it': ({ name, value }) => `${name}=${value}.${value}`,
  'a name in capitals': ({ name, value }) => `${name.toUpperCase()}=${value}`,
  'a name with a blank': ({ name, value }) => `${name} =${value}`,
  'a name of another admission': ({ value }, { name }) => `${name}=${value}`,
  'a name of no admission': ({ value }) => `fanfare_admission_aaaaaaaa=${value}`,
  'a name without its end': ({ value }) => `fanfare_admission_=${value}`,
  'a name for TLS': ({ name, value }) => `__Host-${name}=${value}`,
  'a name with a prefix of its own': ({ name, value }) => `x${name}=${value}`,
  'a dollar name': ({ name, value }) => `$Version=1,${name}=${value}`,
  "the signature of another's": (cookie, other) =>
    `${cookie.name}=${[...partsOf(cookie).slice(0, 2), partsOf(other)[2]].join('.')}`,
  "the payload of another's": (cookie, other) =>
    `${cookie.name}=${[partsOf(cookie)[0], partsOf(other)[1], partsOf(cookie)[2]].join('.')}`,
  'no signature and alg none': (cookie) =>
    `${cookie.name}=${base64({ alg: 'none', typ: 'JWT' })}.${partsOf(cookie)[1]}.`,
};

test.each(Object.entries(BENT))('a cookie with %s is worth nothing', async (_name, bend) => {
  await expectWorthless(bend(mine, theirs));
});

type Claims = Readonly<Record<string, unknown>>;
const CLAIMED: Readonly<Record<string, (claims: Claims) => string>> = {
  'for a handoff': (claims) => signed(JSON.stringify({ ...claims, use: 'handoff' })),
  'for a login, with a subject': () => jwt.sign({ sub: 'cons_1', role: 'admin' }, SECRET),
  'for no purpose': (claims) => signed(JSON.stringify({ ...claims, use: undefined })),
  'for a purpose that is a list': (claims) =>
    signed(JSON.stringify({ ...claims, use: ['admission-session'] })),
  'for another organization': (claims) => signed(JSON.stringify({ ...claims, aud: 'org_other' })),
  'for no organization': (claims) => signed(JSON.stringify({ ...claims, aud: undefined })),
  'with HS384': (claims) => signed(JSON.stringify(claims), { alg: 'HS384', typ: 'JWT' }, 'sha384'),
  'with HS512': (claims) => signed(JSON.stringify(claims), { alg: 'HS512', typ: 'JWT' }, 'sha512'),
  'with a header that says none': (claims) => signed(JSON.stringify(claims), { alg: 'none', typ: 'JWT' }),
  'with an id that climbs': (claims) => signed(JSON.stringify({ ...claims, con: '../x' })),
  'with an id that is a list': (claims) => signed(JSON.stringify({ ...claims, dis: ['queue_1'] })),
  'with a type of Object.prototype': (claims) => signed(JSON.stringify({ ...claims, typ: 'constructor' })),
  'with a purpose below __proto__': () => signed('{"__proto__":{"use":"admission-session"}}'),
  'with no time to begin yet': (claims) => signed(JSON.stringify({ ...claims, nbf: 4_102_444_800 })),
  'that is null': () => signed('null'),
  'that is a text': () => signed('"admission-session"'),
  'that is a number': () => signed('1'),
  'that is a list': () => signed('[]'),
  'that is true': () => signed('true'),
  'that is no JSON': () => signed('{"use":'),
  'that is empty': () => signed(''),
  'that is null, with no type in its header': () => signed('null', { alg: 'HS256' }),
};

test.each(Object.entries(CLAIMED))('a cookie of our own secret %s is no session', async (_name, write) => {
  const claims = jwt.decode(mine.value) as Claims;
  await expectWorthless(`${mine.name}=${write(claims)}`);
});

describe('by somebody who holds the secret, even', () => {
  const resigned = (sealed: string): string =>
    `${mine.name}=${signSession(keyring, stage.emulator.organizationId, carriedBy(mine).session, sealed, clock.now() + HOUR)}`;

  test.each<readonly [string, () => string]>([
    ["another's sealed token", () => carriedBy(theirs).sealedToken],
    ['no sealed token', () => ''],
    ['a sealed token cut short', () => carriedBy(mine).sealedToken.slice(0, 20)],
    ['a sealed token with a bit changed', () => flipped(carriedBy(mine).sealedToken, -2)],
    ['a token that is not sealed', () => base64(stage.token())],
  ])('%s opens for no order', async (_what, seal) => {
    const answer = await show(resigned(seal()), '/order');
    expect([answer.status, answer.json()['code']]).toEqual([403, 'ADMISSION_INVALID']);
    expect(browser.cookies.size).toBe(0);
  });
});

describe('replays', () => {
  const header = ({ name, value }: Cookie): string => `${name}=${value}`;

  test('a cookie from before the order buys no second one, in any browser', async () => {
    expect((await show(header(mine), '/order')).status).toBe(200);
    for (let again = 0; again < 3; again += 1) {
      const answer = await show(header(mine), '/order');
      expect([answer.status, answer.json()['code']]).toEqual([409, 'ADMISSION_USED']);
    }
  });

  test('the token of an order buys no second one, and its order is told to nobody', async () => {
    const token = stage.token();
    const headers = { 'X-Fanfare-Admission': token };
    const place = (): Promise<Answer> => browser.fetch('/order', { method: 'POST', headers });
    browser.cookies.clear();
    expect((await place()).text).toBe('ordered');
    browser.cookies.clear();
    const answer = await place();
    expect([answer.status, answer.json()['code'], answer.json()['orderId']]).toEqual([
      409,
      'ADMISSION_USED',
      undefined,
    ]);
    expect(ours(answer)).toEqual([]);
  });

  test('a token that is spelled in another way buys no second order', async () => {
    const token = stage.token();
    stage.emulator.faults.set({ on: 'complete', kind: 'status', status: 503 });
    const place = (text: string): Promise<Answer> => {
      browser.cookies.clear();
      return browser.fetch('/order', { method: 'POST', headers: { 'X-Fanfare-Admission': text } });
    };
    expect((await place(token)).text).toBe('ordered');
    expect((await place(respelled(token))).status).toBe(409);
  });

  test('a second token of the same admission buys no second order', async () => {
    // Fanfare has not heard of the order, and says yes to both.
    stage.emulator.faults.set({ on: 'complete', kind: 'status', status: 503 });
    const admission = { consumerId: 'cons_1', admittedAt: clock.now() };
    for (const status of [200, 409]) {
      const headers = { 'X-Fanfare-Admission': stage.token(admission) };
      browser.cookies.clear();
      expect((await browser.fetch('/order', { method: 'POST', headers })).status).toBe(status);
    }
  });

  test('a cookie that is over stays over', async () => {
    await clock.advance(2 * HOUR);
    await expectWorthless(header(mine), 'ADMISSION_EXPIRED');
  });

  test('a cookie of another shop with the same secret', async () => {
    const other = stage.another({ organizationId: 'org_other' });
    const elsewhere = await stage.serve('node:http', routesOf(other));
    elsewhere.cookies.set(mine.name, mine.value);
    expect((await elsewhere.fetch('/checkout')).status).toBe(403);
  });

  test('a cookie of a secret that was given up', async () => {
    const rotated = stage.another({
      session: { secrets: ['another secret, quite as long as that'], insecure: true },
    });
    const there = await stage.serve('node:http', routesOf(rotated));
    there.cookies.set(mine.name, mine.value);
    expect((await there.fetch('/checkout')).status).toBe(403);
  });

  test('a longer life beside the token makes none', async () => {
    browser.cookies.clear();
    const { token, expiresAt } = stage.emulator.mint({
      distributionId: 'queue_1',
      distributionType: 'queue',
    });
    const query = `admission_token=${token}&expires_at=2099-01-01T00:00:00Z`;
    const answer = await browser.fetch(`/checkout?${query}`);
    expect(answer.json()['admission']).toMatchObject({ expiresAt: Date.parse(expiresAt) });
  });

  test('a stranger’s token beside a good session changes nothing', async () => {
    browser.cookies.clear();
    const headers = { Cookie: header(mine), 'X-Fanfare-Admission': 'adm_00000000000000' };
    const answer = await browser.fetch('/checkout', { headers });
    expect([answer.status, ours(answer)]).toEqual([200, []]);
  });
});

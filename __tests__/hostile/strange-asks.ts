/** Requests of somebody who has genuine tokens and cookies, and damages all that can be damaged. */
import type { Dice } from './dice.js';
import type { Ask } from './in-process.js';
import { mutated, oddWord } from './mutations.js';

/** What is good as it is. */
export interface Genuine {
  readonly signed: string;
  readonly opaque: string;
  /** Whose tokens these are, by the names that stand beside an opaque one. */
  readonly ids: Readonly<Record<string, string>>;
  /** Name and value of a session cookie. */
  readonly cookie: readonly [string, string];
  /** From another domain; good once. */
  readonly link: string;
  /** What comes back from the bank; admits nobody. */
  readonly reference: string;
}

const PATHS = [
  '/checkout',
  '/order',
  '/fanfare/admission',
  '/fanfare/session',
  '/page',
  '/experience',
  '/back',
  '/"><x>',
];
const METHODS = ['GET', 'GET', 'GET', 'POST', 'POST', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const TOKEN_FIELDS = [
  ...['admission_token', 'admission_grant', 'fanfare_token', 'token', 'grant', 'admissionToken'],
  ...['admissionGrant', 'fanfare_admission', 'fanfareAdmission'],
];
const OTHER_FIELDS = ['expires_at', 'expiresAt', 'fanfare_admission_id', '__proto__', 'constructor', 'next'];
/** What a request says about itself besides; each may be left out or be odd. */
const HEADERS: readonly (readonly [string, readonly string[]])[] = Object.entries({
  host: ['shop.example', 'evil.example', 'shop.example:99999', ']', ''],
  accept: ['text/html', '*/*', 'application/json', 'text/html;q=0', ';;;,,,q=,"', 'text/html;q=1e999'],
  'sec-fetch-dest': ['document', 'empty', 'iframe', 'Document'],
  'sec-fetch-mode': ['navigate', 'cors', 'no-cors'],
  'sec-fetch-site': ['same-origin', 'cross-site', 'none', 'same-site'],
  origin: ['http://shop.example', 'null', 'http://evil.example', 'http://[', 'http://shop.example@evil'],
  'sec-purpose': ['prefetch', 'prefetch;prerender'],
  'x-fanfare-admission-id': ['x', '../x', '__proto__'],
  'x-forwarded-host': ['evil.example'],
  'x-forwarded-proto': ['javascript'],
});

type Fields = readonly (readonly [string, string])[];

/** Builds a request; any two throws of the dice make another one. */
export function strangeAsk(genuine: Genuine, dice: Dice): Ask {
  const method = dice.pick(METHODS);
  const query = dice.once(3) ? '' : queryText(fields(genuine, dice), dice);
  const body = method === 'GET' || method === 'HEAD' || dice.once(6) ? undefined : bodyOf(genuine, dice);
  const headers = { ...ownWords(dice), ...carried(genuine, dice), ...body?.headers };
  const target = pathOf(dice) + (query === '' ? '' : `?${onTheWire(query)}`);
  return { method, target, headers, ...(body === undefined ? {} : { body: body.text }) };
}

function pathOf(dice: Dice): string {
  return dice.once(6) ? `/${onTheWire(oddWord(dice))}` : dice.pick(PATHS);
}

/** A damaged token under one of its names, the ids, a damaged link or reference, and others. */
function fields({ signed, opaque, ids, link, reference }: Genuine, dice: Dice): Fields {
  const tokens = [signed, opaque].map((token) => [dice.pick(TOKEN_FIELDS), damaged(token, dice)] as const);
  const beside = Object.entries(ids).map(
    ([name, id]) => [name, dice.once(3) ? damaged(id, dice) : id] as const,
  );
  const more = [dice.pick(OTHER_FIELDS), oddWord(dice)] as const;
  const signs = [
    ['fanfare_handoff', damaged(link, dice)],
    ['fanfare_return', damaged(reference, dice)],
  ] as const;
  return [
    ...tokens.slice(dice.below(3)),
    ...(dice.once(2) ? beside : []),
    ...(dice.once(3) ? [more] : []),
    ...signs.filter(() => dice.once(4)),
  ];
}

function damaged(text: string, dice: Dice): string {
  return dice.once(25) ? text : mutated(text, dice);
}

function queryText(list: Fields, dice: Dice): string {
  const text = list.map(([name, value]) => `${name}=${encodeURIComponent(wellFormed(value))}`).join('&');
  return dice.once(4) ? mutated(text, dice) : text;
}

function bodyOf(
  genuine: Genuine,
  dice: Dice,
): { readonly headers: Record<string, string>; readonly text: string } {
  const list = fields(genuine, dice);
  const form = dice.once(3);
  const text = form ? queryText(list, dice) : JSON.stringify(nested(list, dice));
  const type = form ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    headers: { 'content-type': dice.once(20) ? inHeader(oddWord(dice)) : type },
    text: dice.once(8) ? mutated(text, dice) : text,
  };
}

/** JSON as no form would send it: lists, objects and numbers where texts belong. */
function nested(list: Fields, dice: Dice): unknown {
  const odd = (value: string): unknown =>
    dice.pick<unknown>([
      value,
      value,
      value,
      [value],
      { token: value },
      { x: value },
      value.length,
      null,
      true,
    ]);
  const object = Object.fromEntries(list.map(([name, value]) => [name, odd(value)]));
  return dice.once(10) ? dice.pick<unknown>([[object], null, 'x', 1, { admission: object }]) : object;
}

/** Cookies and the token's own header. */
function carried({ signed, opaque, cookie: [name, value] }: Genuine, dice: Dice): Record<string, string> {
  const cookies = Array.from({ length: dice.below(4) }, () => {
    const suffix = dice.once(3) ? mutated(name, dice) : name;
    return `${suffix}=${dice.once(25) ? value : mutated(value, dice)}`;
  });
  const header = dice.once(3)
    ? { 'x-fanfare-admission': inHeader(damaged(dice.pick([signed, opaque]), dice)) }
    : {};
  return cookies.length === 0
    ? header
    : { cookie: inHeader(cookies.join(dice.pick(['; ', ';', ';;', ' ']))), ...header };
}

function ownWords(dice: Dice): Record<string, string> {
  const said: Record<string, string> = {};
  for (const [name, values] of HEADERS.filter(() => !dice.once(2)))
    said[name] = dice.once(25) ? inHeader(oddWord(dice)) : dice.pick(values);
  return said;
}

function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}

/** As far as Node's parser lets bytes through in a target. */
function onTheWire(text: string): string {
  return wellFormed(text).replace(/[^!-~]/gu, encodeURIComponent);
}

/** As far as Node's parser lets characters through in a header. */
function inHeader(text: string): string {
  return text.replace(/[^\t -~\u0080-\u00ff]/g, '').trim();
}

// A page load whose session this process has never seen: the signature is verified.
import { createSecretKey, hash } from 'node:crypto';
import { createVerifier } from 'fast-jwt';
import { sealData, unsealData } from 'iron-session';
import { jwtVerify } from 'jose';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { interleave, ratioOf } from './rounds.mjs';
import { cookiesLike, earnCookie, headersWith, openShop, pageLoad, SECRET } from './shop.mjs';
import { timeCalls } from './timing.mjs';

/** More than are remembered, and taken in turn: each one is forgotten before it comes again. */
const COOKIES = 12_000;
const [JWT, LEAST, OURS] = [
  'jsonwebtoken, KeyObject',
  'jsonwebtoken, and its claims remembered',
  'attachAdmission + requireAdmission',
];

export const title = 'A page load, session seen for the first time';
export const about =
  'In process. Each call has another cookie, so that ours is verified anew; the neighbours verify the same tokens (iron-session: one of its own with the same claims). The second row is the least that makes the next page load of the session cheap: the claims go into an LRU of 10,000 under the SHA-256 of the cookie.';

/** A function that gives the next of `list`, round and round. */
function inTurn(list) {
  let at = 0;
  return () => list[(at = (at + 1) % list.length)];
}

export async function measure({ rounds }) {
  const shop = await openShop();
  const cookies = cookiesLike(await earnCookie(shop), shop.emulator.organizationId, COOKIES);
  const [headers, token] = [
    inTurn(cookies.map(headersWith)),
    inTurn(cookies.map((text) => text.split('=')[1])),
  ];
  const key = createSecretKey(Buffer.from(SECRET));
  const load = pageLoad(shop.fanfare);
  const fast = createVerifier({ key: SECRET, algorithms: ['HS256'], cache: false });
  const password = SECRET;
  const sealed = await sealData(jwt.decode(token()), { password });
  const verify = (text) => jwt.verify(text, key, { algorithms: ['HS256'] });
  const remembered = new LRUCache({ max: 10_000 });
  const remember = (text) => remembered.set(hash('sha256', text, 'binary'), verify(text));
  const cases = {
    [JWT]: () => verify(token()),
    [LEAST]: () => remember(token()),
    [OURS]: () => load(headers()),
    'fast-jwt, without its cache': () => fast(token()),
    jose: () => jwtVerify(token(), key, { algorithms: ['HS256'] }),
    'iron-session': () => unsealData(sealed, { password }),
  };
  await interleave(3, cases, timeCalls); // to warm up
  const measured = await interleave(rounds, cases, timeCalls);
  await shop.close();
  return {
    tables: [{ unit: 'µs of CPU', measured }],
    targets: [
      {
        what: 'our cost, in verifications by jsonwebtoken',
        figure: ratioOf(measured, OURS),
        most: 1.3,
        why: 'to remember a session costs a hash and a place in the cache, as the second row shows, and what lives long is work for the garbage collector',
      },
    ],
  };
}

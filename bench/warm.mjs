// A page load whose session was seen before, in process.
import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto';
import { expressjwt } from 'express-jwt';
import jwt from 'jsonwebtoken';
import { LRUCache } from 'lru-cache';
import { queueItCases } from './queue-it.mjs';
import { interleave, ratioOf } from './rounds.mjs';
import { earnCookie, headersWith, openShop, pageLoad, SECRET } from './shop.mjs';
import { timeCalls } from './timing.mjs';

const [HMAC, LRU, OURS] = [
  'raw HMAC check',
  'LRU hit under a SHA-256 key',
  'attachAdmission + requireAdmission',
];

export const title = 'A page load, session seen before';
export const about =
  'In process, synchronous from end to end. Per call, both middlewares with a request of their own; the neighbours check one cookie or token of the same length.';

/** express-jwt looks the token up by a function, as it would in a cookie. */
function expressJwt(secret, token) {
  const check = expressjwt({ secret, algorithms: ['HS256'], getToken: () => token });
  return () =>
    new Promise((resolve, reject) => {
      check({ headers: {}, method: 'GET' }, {}, (error) => (error ? reject(error) : resolve()));
    });
}

function casesFor(fanfare, cookie, queueIt) {
  const value = cookie.slice(cookie.indexOf('=') + 1);
  const key = createSecretKey(Buffer.from(SECRET));
  const mac = createHmac('sha256', key).update(value).digest();
  const token = jwt.sign({ sub: 'cons_1', sealed: value.slice(0, 600) }, SECRET);
  const cache = new LRUCache({ max: 1_000 });
  cache.set(hash('sha256', value, 'binary'), {});
  const load = pageLoad(fanfare);
  const headers = headersWith(cookie);
  return {
    [HMAC]: () => timingSafeEqual(createHmac('sha256', key).update(value).digest(), mac),
    [LRU]: () => cache.get(hash('sha256', value, 'binary')),
    [OURS]: () => load(headers),
    ...queueIt,
    'jsonwebtoken, KeyObject': () => jwt.verify(token, key, { algorithms: ['HS256'] }),
    'express-jwt, KeyObject': expressJwt(key, token),
    'express-jwt, text secret': expressJwt(SECRET, token),
  };
}

export async function measure({ rounds }) {
  const shop = await openShop();
  const queueIt = await queueItCases();
  const cookie = await earnCookie(shop);
  const cases = casesFor(shop.fanfare, cookie, queueIt);
  await interleave(3, cases, timeCalls); // to warm up
  const measured = await interleave(rounds, cases, timeCalls);
  await shop.close();
  return {
    tables: [{ unit: 'µs of CPU', measured, caption: `A cookie of ${cookie.length} bytes.` }],
    targets: [
      { what: 'our cost, in raw HMAC checks', figure: ratioOf(measured, OURS), most: 0.6 },
      {
        what: 'our cost, in LRU hits under a SHA-256 key',
        figure: ratioOf(measured, OURS, LRU),
        most: 2,
      },
      ...Object.keys(queueIt).map((name) => ({
        what: `${name}, in times our cost`,
        figure: ratioOf(measured, name, OURS),
        least: 5,
      })),
    ],
  };
}

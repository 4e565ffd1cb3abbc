// What a live session holds in the memory, and what a million strangers leave there.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { cookiesLike, earnCookie, headersWith, openShop, pageLoad } from './shop.mjs';

const SESSIONS = 10_000;
/** Fill every cache. */
const FILLING = 50_000;
const KB = 1_024;

export const title = 'Memory';
export const about =
  'Growth of the heap after garbage collection. A live session: its cookie was verified and is remembered. A million tokens: each for a consumer of its own, a quarter of them as cookies.';

function heap() {
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

/** Cookies as they come from the network: bytes, not strings that the heap would hold anyway. */
async function bytesPerSession() {
  const shop = await openShop();
  const cookie = await earnCookie(shop);
  const sent = cookiesLike(cookie, shop.emulator.organizationId, SESSIONS).map((text) => Buffer.from(text));
  const load = pageLoad(shop.fanfare);
  const see = (bytes) => load(headersWith(bytes.toString('latin1')));
  see(Buffer.from(cookie));
  const before = heap();
  sent.forEach(see);
  const each = (heap() - before) / SESSIONS;
  await shop.close();
  return { each, length: cookie.length };
}

function bytesPerString(length) {
  const before = heap();
  const map = new Map();
  for (let number = 0; number < SESSIONS; number += 1)
    map.set(randomUUID(), Buffer.alloc(length, 'x').toString('latin1'));
  const each = (heap() - before) / SESSIONS;
  return map.size === SESSIONS ? each : NaN;
}

function megabytesOf(tokens) {
  const root = join(import.meta.dirname, '..');
  const script = join(root, '__tests__/hostile/heap-process.cjs');
  const parameters = ['--expose-gc', script, join(root, 'dist'), String(FILLING), String(tokens)];
  return JSON.parse(execFileSync(process.execPath, parameters, { encoding: 'utf8' })).whole / KB ** 2;
}

export async function measure({ quick }) {
  const { each, length } = await bytesPerSession();
  const tokens = quick ? 100_000 : 1_000_000;
  return {
    tables: [
      {
        head: ['', 'bytes each'],
        rows: [
          [`a session whose cookie has ${length} bytes`, each.toFixed(0)],
          ['a string of that length in a `Map`, under a UUID', bytesPerString(length).toFixed(0)],
        ],
      },
    ],
    targets: [
      {
        what: 'a live cached admission',
        figure: each / KB,
        most: 1.5,
        unit: ' KB',
      },
      {
        what: `${tokens} distinct tokens seen, growth of the heap`,
        figure: megabytesOf(tokens),
        most: 32,
        unit: ' MB',
      },
    ],
  };
}

// The first sight of a token: one question to Fanfare, which is the emulator in a process of its own.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { askersFor, OURS, SELDOM } from './askers.mjs';
import { interleave, median, ratioOf } from './rounds.mjs';
import { cpuMicroseconds } from './timing.mjs';

const TOKENS = 400;

export const title = 'First sight of a token';
export const about =
  "Validated by the emulator in a process of its own. Each call has a new token; the raw request sends the same bytes. The processor's time is that of the asking process. `requireAdmission` also begins a session: it seals the token and signs a cookie.";

/** Asks about all, so many at once; the processor's time and the time on the clock of each call. */
async function askAll(ask, minted, atOnce) {
  const waited = [];
  let [next, refused] = [0, 0];
  const before = cpuMicroseconds();
  const worker = async () => {
    while (next < minted.length) {
      const one = minted[next++];
      const began = performance.now();
      if ((await ask(one)) === 'unknown') refused += 1;
      else waited.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { cpu: (cpuMicroseconds() - before) / minted.length, waited, refused };
}

async function latencies(askers, mint, atOnce) {
  const rows = [];
  for (const [name, ask] of Object.entries(askers)) {
    const { waited, refused } = await askAll(ask, await mint(Math.max(2_000, atOnce * 4)), atOnce);
    const sorted = waited.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(sorted.length * 0.99)];
    rows.push([name, String(atOnce), median(sorted).toFixed(2), p99.toFixed(2), String(refused)]);
  }
  return rows;
}

export async function measure({ quick, rounds }) {
  const child = fork(join(import.meta.dirname, 'fanfare-server.mjs'));
  const [server] = await once(child, 'message');
  const mint = async (count) => {
    child.send({ mint: count });
    const [minted] = await once(child, 'message');
    return minted;
  };
  const [sample] = await mint(1);
  const askers = await askersFor(server, sample);
  const timeAt = (atOnce) => async (ask) => {
    const minted = await mint(TOKENS);
    gc({ type: 'minor' });
    return (await askAll(ask, minted, atOnce)).cpu;
  };
  await interleave(3, askers, timeAt(50)); // to warm up
  const measured = await interleave(rounds, askers, timeAt(50));
  const comparable = Object.fromEntries(Object.entries(askers).filter(([name]) => !SELDOM.includes(name)));
  const rows = [];
  for (const atOnce of quick ? [50] : [1, 50, 500]) rows.push(...(await latencies(comparable, mint, atOnce)));
  child.disconnect();
  return {
    tables: [
      { unit: 'µs of CPU', measured, caption: '50 at once.' },
      {
        head: ['', 'at once', 'p50, ms', 'p99, ms', 'told to come again'],
        rows,
        caption: 'Beyond 50 calls in flight and 100 waiting, a shopper hears at once when to come again.',
      },
    ],
    targets: [
      {
        what: 'our validation, in raw requests',
        figure: ratioOf(measured, OURS),
        most: 1.25,
        why: 'around each request there are a deadline, the hash of the question, the cache of verdicts, the breaker and the bulkhead',
      },
    ],
  };
}

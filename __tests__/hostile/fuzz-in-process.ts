/** A part of the damaged requests, on one kind of server: a test file for each part, so that Jest runs them side by side. */
import { record } from '../reliability/figures.js';
import { type FuzzedShop, openFuzzedShop } from './fuzzed-shop.js';
import { askInProcess } from './in-process.js';
import { at, type Door, isOver, limits, slowEachTime } from './slow.js';
import { again, ENOUGH_MS, FROM, RUNS, SEED, strangerOf } from './stranger.js';

/** As in a shop; Jest asks for a hundred, and a refusal throws more than once. */
const STACK_FRAMES = 10;

/** So many are asked again together. */
const SUSPECTS = 500;

let shop: FuzzedShop;

/** The first third is Express's: it takes twice as long for each, so that both files end at about the same time. */
const FIRST = Math.ceil(RUNS / 3);
const CASES = { 'Express 5': [0, FIRST], 'node:http': [FIRST, RUNS] } as const;

/** Defines the test of one file; a single case is had again on both. */
export function fuzzInProcess(kind: keyof typeof CASES): void {
  beforeAll(async () => {
    Error.stackTraceLimit = STACK_FRAMES;
    shop = await openFuzzedShop();
  });
  afterAll(() => shop.fanfare.close());
  test(
    `in process on ${kind}: nobody is let in, nothing is left uncaught, nothing takes long`,
    async () => {
      const [first, end] = RUNS === 1 ? [0, 1] : CASES[kind];
      const [from, runs] = [FROM + first, end - first];
      const { plain, limit, good, over, spent } = await measured((which) => which.listener(kind), from, runs);
      record('fuzz', kind, {
        requests: runs,
        'let in': 0,
        uncaught: 0,
        'still good': good,
        'plain request, ms': plain.toFixed(2),
        'median, ms': at(spent, 0.5).toFixed(2),
        '999 of 1,000 within, ms': at(spent, 0.999).toFixed(2),
        'slowest, ms': at(spent, 1).toFixed(1),
        'limit, ms': limit.toFixed(1),
        'over it at first': over,
        'over it each time': 0,
        seed: SEED,
      });
      // Damage that damaged nothing proves nothing.
      expect(good / runs).toBeLessThan(RUNS === 1 ? 2 : 0.2);
    },
    ENOUGH_MS,
  );
}

interface Measured {
  readonly plain: number;
  readonly limit: number;
  /** How many cases' damage left something good. */
  readonly good: number;
  /** How many cases were over the limit at first. */
  readonly over: number;
  /** Sorted. */
  readonly spent: Float64Array;
}

async function measured(door: Door, from: number, runs: number): Promise<Measured> {
  const listener = door(shop);
  const { plain, limit } = await limits(listener);
  const stranger = strangerOf(shop, (ask) => askInProcess(listener, ask));
  const spent = new Float64Array(runs);
  const suspects: number[] = [];
  let [good, over] = [0, 0];
  for (let turn = from; turn < from + runs; turn += 1) {
    const answered = await stranger(turn);
    spent[turn - from] = answered.spent;
    if (answered.good) good += 1;
    if (!isOver(answered, limit)) continue;
    over += 1;
    if (suspects.push(turn) === SUSPECTS) await clear(suspects.splice(0), door, limit);
  }
  await clear(suspects, door, limit);
  return { plain, limit, good, over, spent: spent.sort() };
}

/** Throws when one of the cases is over the limit each time. */
async function clear(suspects: readonly number[], door: Door, limit: number): Promise<void> {
  const [slow, ...others] = await slowEachTime(door, suspects, limit);
  if (slow !== undefined)
    throw new Error(`over ${limit.toFixed(1)} ms each time, and ${others.length} others. ${again(slow)}`);
}

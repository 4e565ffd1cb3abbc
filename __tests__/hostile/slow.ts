/** What takes too long by itself, told apart from what a busy machine or the garbage collector added. */
import type { RequestListener } from 'node:http';
import { cpuMs } from './cpu-time.js';
import { type FuzzedShop, openFuzzedShop } from './fuzzed-shop.js';
import { type Ask, askInProcess } from './in-process.js';
import { type Answered, strangerOf, wallMs } from './stranger.js';

export const PLAIN: Ask = {
  method: 'GET',
  target: '/checkout',
  headers: { host: 'shop.example', accept: '*/*' },
};
const LIMIT_MS = 5;
/**
 * For a machine on which 5 ms are little: what strangers send is mostly answered within 4 plain requests, and seldom takes
 * 10; squares and worse take hundreds.
 */
const TIMES_PLAIN = 20;
/** Node lets no longer head through unless it is told to. */
const LONGEST_HEAD = 16_384;
const PLAIN_REQUESTS = 2_000;
/** The collector runs in one request of a hundred, a busy machine in one of ten: not in all of these. */
const TRIES = 9;

/** What a shop's requests go to. */
export type Door = (shop: FuzzedShop) => RequestListener;

/** The median of a request with nothing in it, and the longest that any other may take, in milliseconds. */
export async function limits(
  listener: RequestListener,
): Promise<{ readonly plain: number; readonly limit: number }> {
  const spent = new Float64Array(PLAIN_REQUESTS);
  for (let turn = 0; turn < PLAIN_REQUESTS; turn += 1) {
    const began = wallMs();
    await askInProcess(listener, PLAIN);
    spent[turn] = wallMs() - began;
  }
  const plain = at(spent.sort(), 0.5);
  return { plain, limit: Math.max(LIMIT_MS, TIMES_PLAIN * plain) };
}

/** Whether an answer took longer than the limit, which grows with a head that is too long for Node. */
export function isOver({ spent, head }: Answered, limit: number): boolean {
  return spent > limit * Math.max(1, head / LONGEST_HEAD);
}

/** Those of the cases that take the processor longer than the limit each time. */
export async function slowEachTime(
  door: Door,
  turns: readonly number[],
  limit: number,
): Promise<readonly number[]> {
  let left = turns;
  for (let tried = 0; tried < TRIES && left.length > 0; tried += 1)
    left = await overInNewShop(door, left, limit);
  return left;
}

/** Asks each of them once, in a shop that remembers nothing of them. */
async function overInNewShop(
  door: Door,
  turns: readonly number[],
  limit: number,
): Promise<readonly number[]> {
  const shop = await openFuzzedShop();
  const over: number[] = [];
  try {
    const listener = door(shop);
    // What a server does once is not the case's.
    await askInProcess(listener, PLAIN);
    const stranger = strangerOf(shop, (ask) => askInProcess(listener, ask), cpuMs);
    for (const turn of turns) if (isOver(await stranger(turn), limit)) over.push(turn);
  } finally {
    await shop.fanfare.close();
  }
  return over;
}

/** The value that this share of the others does not exceed. */
export function at(sorted: Float64Array, share: number): number {
  return sorted[Math.floor((sorted.length - 1) * share)]!;
}

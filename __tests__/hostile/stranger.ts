/** One damaged request after the other, and the order to make any of them again. */
import { randomInt } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { Dice } from './dice.js';
import type { FuzzedShop } from './fuzzed-shop.js';
import type { Ask, Outcome } from './in-process.js';
import { wrongWith } from './judge.js';
import { type Genuine, strangeAsk } from './strange-asks.js';

export const RUNS = Number(process.env['FUZZ_RUNS'] ?? 20_000);
export const SEED = Number(process.env['FUZZ_SEED'] ?? randomInt(2 ** 31));
export const FROM = Number(process.env['FUZZ_FROM'] ?? 0);
/** Long enough for the slowest machine: what is too slow is seen by the figures, not by this. */
export const ENOUGH_MS = 120_000 + RUNS * 20;

type Send = (ask: Ask) => Promise<Outcome>;
/** Milliseconds since whenever. */
type Watch = () => number;

export const wallMs: Watch = () => performance.now();

export interface Answered {
  /** Whether what was damaged is still good. */
  readonly good: boolean;
  /** Milliseconds from the request to its answer. */
  readonly spent: number;
  /** Characters of target and headers. */
  readonly head: number;
}

/** Sends what strangers make of one shop's tokens, one case by its number; throws when anything is wrong with the answer. */
export function strangerOf(
  shop: FuzzedShop,
  send: Send,
  watch = wallMs,
): (turn: number) => Promise<Answered> {
  const holdsGood = goodIn(shop.genuine);
  return async (turn) => {
    const ask = strangeAsk(shop.genuine, new Dice(SEED, turn));
    const yeses = shop.yeses();
    const began = watch();
    const outcome = await send(ask).catch((cause: unknown) => {
      throw new Error(`no answer. ${again(turn)}: ${JSON.stringify(ask)}`, { cause });
    });
    const spent = watch() - began;
    const good = shop.yeses() > yeses || holdsGood(ask);
    const wrong = wrongWith(ask, outcome, good);
    if (wrong !== undefined)
      throw new Error(`${wrong}. ${again(turn)}: ${JSON.stringify(ask)} -> ${JSON.stringify(outcome)}`);
    return { good, spent, head: headOf(ask) };
  };
}

function headOf({ target, headers }: Ask): number {
  let length = target.length;
  for (const [name, value] of Object.entries(headers)) length += name.length + value.length;
  return length;
}

export function again(turn: number): string {
  return `FUZZ_SEED=${String(SEED)} FUZZ_FROM=${String(turn)} FUZZ_RUNS=1`;
}

/** Tells whether our cookie is there, whole and under its name, or a text that we have signed, alone under its own. */
function goodIn({ cookie, link, reference }: Genuine): (ask: Ask) => boolean {
  const whole = new RegExp(`(^|[ ;])${cookie.join('=')}[ \\t]*(;|$)`);
  const signed = [`fanfare_handoff=${link}`, `fanfare_return=${reference}`];
  return ({ target, headers }) =>
    whole.test(headers['cookie'] ?? '') || target.split(/[?&]/).some((pair) => signed.includes(pair));
}

/** Random schedules of everything that can happen to holds, and what must hold after each step of one. */
import fc from 'fast-check';
import { FanfareError, type Ledger, memoryLedger } from '../../lib/index.js';
import { isUsed } from '../../lib/ledger/row.js';
import type { Hold, Reservations } from '../../lib/reservations/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { MINUTE } from './rig.js';

export const ITEMS = ['lamp', 'shade'] as const;
export const TOTAL = 4;
const ADMISSIONS = ['a', 'b', 'c', 'd'] as const;
const HOUR = 60 * MINUTE;

/** The process dies at the so many-th thing it says to the database, before or after that has been done. */
export interface Crash {
  readonly at: number;
  readonly after: boolean;
}

/** Throws at the moment of the crash and ever after: a dead process says nothing more, not even ROLLBACK. */
export class Fate {
  #crash: Crash | undefined;
  #left = 0;
  #dead = false;

  begin(crash: Crash | undefined): void {
    this.#crash = crash;
    this.#left = crash?.at ?? 0;
  }

  say<Result>(work: () => Result): Result {
    if (this.#dead) throw new Error('dead');
    if (this.#crash === undefined || (this.#left -= 1) > 0) return work();
    this.#dead = true;
    if (this.#crash.after) work();
    throw new Error('died');
  }

  /** Lets pass what a call may reject with, and nothing else. */
  expected(error: unknown): void {
    if (this.#dead || (error instanceof FanfareError && CODES.includes(error.code))) return;
    throw error;
  }
}

/** A database, whichever it is. */
export interface Ground {
  /** The shop's process; after a crash the next call is a new process. */
  run(crash: Crash | undefined, call: (reservations: Reservations) => Promise<unknown>): Promise<void>;
  holds(): Promise<readonly Hold[]>;
  left(): Promise<Readonly<Record<string, number>>>;
}

export interface Times {
  readonly clock: ManualClock;
  readonly ledger: Ledger;
}

export function times(): Times {
  const clock = new ManualClock();
  return { clock, ledger: memoryLedger({ clock }) };
}

const admission = fc.constantFrom(...ADMISSIONS);
const line = fc.constantFrom('first', 'second');
const item = fc.constantFrom(...ITEMS);
const lines = fc.option(fc.uniqueArray(line, { minLength: 1 }), { nil: undefined });
const crash = fc.option(fc.record({ at: fc.integer({ min: 1, max: 9 }), after: fc.boolean() }), {
  nil: undefined,
  freq: 2,
});
const cart = fc.uniqueArray(fc.record({ line, item, quantity: fc.integer({ min: 1, max: 3 }) }), {
  minLength: 1,
  maxLength: 2,
  selector: (one) => one.line,
});

const command = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('hold' as const), admission, cart, crash }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('convert' as const),
      ...{ admission, lines, crash, orderId: fc.constantFrom('o', 'x') },
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), admission, lines, crash }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const), crash }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 12 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('claim' as const), admission }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      ...{ admission, to: fc.constantFrom('free' as const, 'pending' as const, 'unresolved' as const) },
    }),
  },
  // An order without its conversion: the process died in between, or the webhook came first.
  { weight: 1, arbitrary: fc.record({ do: fc.constant('order' as const), admission }) },
);

export const schedules = fc.array(command, { minLength: 1, maxLength: 24 });
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** Plays a schedule, checking after each step; at its end everything has come to an outcome. */
export async function play(
  ground: Ground,
  { clock, ledger }: Times,
  schedule: readonly Command[],
): Promise<void> {
  const end = clock.now() + 15 * MINUTE;
  for (const given of schedule) {
    const before = await ground.holds();
    await step(ground, { clock, ledger }, given, end);
    await check(ground, before, given.do === 'sweep' ? { clock, ledger } : undefined);
  }
  for (const id of ADMISSIONS) await settle(ledger, id, 'free');
  await clock.advance(24 * HOUR);
  for (const id of ADMISSIONS) await settle(ledger, id, 'free');
  const before = await ground.holds();
  await ground.run(undefined, (reservations) => reservations.sweep());
  const after = await check(ground, before, { clock, ledger });
  expect(after.filter(({ state }) => state === 'held')).toEqual([]);
}

async function step(ground: Ground, { clock, ledger }: Times, given: Command, end: number): Promise<void> {
  switch (given.do) {
    case 'hold': {
      const held = { id: given.admission, expiresAt: end };
      return ground.run(given.crash, (reservations) => reservations.hold(held, given.cart));
    }
    case 'convert': {
      const named = given.lines === undefined ? {} : { lines: given.lines };
      const order = { orderId: `${given.orderId}-${given.admission}`, ...named };
      return ground.run(given.crash, (reservations) => reservations.convert({ id: given.admission }, order));
    }
    case 'release':
      return ground.run(given.crash, (reservations) =>
        reservations.release({ id: given.admission }, given.lines),
      );
    case 'sweep':
      return ground.run(given.crash, (reservations) => reservations.sweep());
    case 'wait':
      return clock.advance(given.minutes * MINUTE);
    case 'claim':
      // As the guards do: no attempt begins past the admission's end.
      return clock.now() < end ? claim(ledger, given.admission, end) : undefined;
    case 'settle':
      return settle(ledger, given.admission, given.to);
    case 'order':
      await ledger.complete({
        target: { by: 'admission', admission: admissionOf(given.admission, end) },
        order: { orderId: `o-${given.admission}` },
      });
  }
}

function admissionOf(id: string, expiresAt: number) {
  return { id, consumerId: id, distributionId: 'queue_1', distributionType: 'queue', expiresAt } as const;
}

async function claim(ledger: Ledger, id: string, end: number): Promise<void> {
  await ledger.claim({
    ...{
      admission: admissionOf(id, end),
      tokenHash: id,
      sidHash: id,
      attemptId: `attempt of ${id}`,
      owner: 'test',
    },
    ...{ leaseMs: 2 * MINUTE, supersede: true, takeUnresolved: true },
  });
}

async function settle(ledger: Ledger, id: string, to: 'free' | 'pending' | 'unresolved'): Promise<void> {
  const outcome = to === 'pending' ? { to, pendingMs: 20 * MINUTE } : { to };
  await ledger.settle({ admissionId: id, attemptId: `attempt of ${id}` }, outcome);
}

/** What must hold after every step, and after a sweep at this time. */
async function check(
  ground: Ground,
  before: readonly Hold[],
  swept: Times | undefined,
): Promise<readonly Hold[]> {
  const holds = await ground.holds();
  const left = await ground.left();
  for (const name of ITEMS) {
    const counted = holds.filter(
      ({ item: of, state }) => of === name && (state === 'held' || state === 'converted'),
    );
    const taken = counted.reduce((sum, { quantity }) => sum + quantity, 0);
    expect(left[name]).toBeGreaterThanOrEqual(0);
    expect(left[name]! + taken).toBe(TOTAL);
  }
  const live = holds.filter(({ state }) => state === 'held' || state === 'converted');
  expect(new Set(live.map((one) => `${one.admissionId} ${one.line}`)).size).toBe(live.length);
  // An outcome is for good, and nothing is forgotten.
  for (const old of before) {
    const now = holds.find(({ id }) => id === old.id);
    if (old.state === 'held') expect(now).toBeDefined();
    else expect(now).toEqual(old);
  }
  if (swept !== undefined) await checkSwept(swept, before, holds);
  return holds;
}

async function checkSwept(
  { clock, ledger }: Times,
  before: readonly Hold[],
  holds: readonly Hold[],
): Promise<void> {
  for (const hold of holds.filter(({ id }) => before.some((old) => old.id === id && old.state === 'held'))) {
    const row = await ledger.find(hold.admissionId);
    if (hold.state === 'expired') expect(hold.expiresAt).toBeLessThanOrEqual(clock.now());
    if (hold.state === 'expired') expect(row?.state ?? 'free').toBe('free');
    if (hold.state === 'converted') {
      expect(row !== undefined && isUsed(row) ? row.order.orderId : undefined).toBe(hold.orderId);
    }
  }
}

const CODES = ['SOLD_OUT', 'ADMISSION_EXPIRED', 'ADMISSION_USED', 'RESERVATION_MISSING'];

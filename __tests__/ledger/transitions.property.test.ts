import fc from 'fast-check';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import type { DueDelivery, Ledger } from '../../lib/ledger/ledger.js';
import type { Row, RowStateName } from '../../lib/ledger/row.js';
import { isUsed } from '../../lib/ledger/row.js';
import { ManualClock } from '../support/manual-clock.js';

const START = 1_700_000_000_000;
const LEASE_MS = 100;
const DAY_MS = 86_400_000;
const STATES: readonly RowStateName[] = [
  'free',
  'active',
  'pending',
  'unresolved',
  'ordered',
  'delivered',
  'dead',
];

/** Four admissions of one triple and two strangers, so that the triple's rules meet often. */
const ADMISSIONS = [
  { id: 'a', consumerId: 'c1', admittedAt: START, expiresAt: START + 1_000 },
  { id: 'b', consumerId: 'c1', admittedAt: START + 400 },
  { id: 'c', consumerId: 'c1' },
  { id: 'd', consumerId: 'c1', admittedAt: START + 2_000, expiresAt: START + 900 },
  { id: 'e', consumerId: 'c2', expiresAt: START + 500 },
  { id: 'f', consumerId: 'c3' },
].map((admission) => ({ distributionId: 'q1', distributionType: 'queue' as const, ...admission }));

const admission = fc.constantFrom(...ADMISSIONS);
const orderId = fc.constantFrom('order-1', 'order-2', 'order-3');
/** Which of the attempts begun so far speaks; most often a recent one. */
const which = fc.nat({ max: 3 });

const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('claim' as const),
      admission,
      token: fc.constantFrom(undefined, 'shared-1', 'shared-2'),
      sid: fc.constantFrom('s1', 's2'),
      supersede: fc.boolean(),
      takeUnresolved: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('renew' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('defer' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      which,
      to: fc.constantFrom('free' as const, 'pending' as const, 'unresolved' as const),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('complete' as const),
      by: fc.constantFrom('admission' as const, 'id' as const, 'triple' as const),
      admission,
      orderId,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('take' as const), limit: fc.nat({ max: 3 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      which,
      to: fc.constantFrom('delivered' as const, 'ordered' as const, 'dead' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reschedule' as const), admission }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('purge' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      milliseconds: fc.constantFrom(1, 50, LEASE_MS, 1_000, 2 * DAY_MS, 401 * DAY_MS),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('list' as const),
      states: fc.subarray([...STATES]),
      olderThanMs: fc.constantFrom(0, 50, 1_000),
      limit: fc.nat({ max: 7 }),
    }),
  },
);
type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

/** One engine under a sequence of commands; remembers who began what, so that later commands can speak for them. */
class Play {
  readonly clock = new ManualClock(START);
  readonly ledger: Ledger;
  readonly #attempts: { admissionId: string; attemptId: string }[] = [];
  readonly #deliveries: DueDelivery[] = [];

  constructor(make: (clock: ManualClock) => Ledger) {
    this.ledger = make(this.clock);
  }

  async run(given: Command): Promise<unknown> {
    switch (given.do) {
      case 'claim':
        return this.#claim(given);
      case 'complete':
        return this.#complete(given);
      case 'take':
        return this.#take(given.limit);
      case 'deliver':
        return this.#deliver(given);
      case 'renew':
      case 'defer':
      case 'settle':
        return this.#speak(given);
      default:
        return this.#keep(given);
    }
  }

  async #keep(given: Extract<Command, { do: 'reschedule' | 'purge' | 'list' | 'wait' }>): Promise<unknown> {
    if (given.do === 'reschedule') return this.ledger.reschedule(given.admission.id, this.#progress());
    if (given.do === 'purge') return this.ledger.purge();
    return given.do === 'list' ? this.ledger.list(given) : this.clock.advance(given.milliseconds);
  }

  async rows(): Promise<(Row | undefined)[]> {
    return Promise.all(ADMISSIONS.map(({ id }) => this.ledger.find(id)));
  }

  #claim(given: Extract<Command, { do: 'claim' }>): Promise<unknown> {
    const attemptId = `attempt-${this.#attempts.length}`;
    this.#attempts.push({ admissionId: given.admission.id, attemptId });
    return this.ledger.claim({
      admission: given.admission,
      tokenHash: given.token ?? `token of ${given.admission.id}`,
      sidHash: given.sid,
      attemptId,
      owner: 'process',
      leaseMs: LEASE_MS,
      supersede: given.supersede,
      takeUnresolved: given.takeUnresolved,
    });
  }

  async #speak(given: Extract<Command, { do: 'renew' | 'defer' | 'settle' }>): Promise<unknown> {
    const holder = this.#attempts.at(-1 - given.which);
    if (holder === undefined) return 'nobody';
    if (given.do === 'renew') return this.ledger.renew(holder, LEASE_MS);
    if (given.do === 'defer') return this.ledger.defer(holder, `reference of ${holder.attemptId}`);
    return this.ledger.settle(
      holder,
      given.to === 'pending' ? { to: 'pending', pendingMs: 300, notAfter: START + 2_000 } : { to: given.to },
    );
  }

  #complete({ by, admission, orderId }: Extract<Command, { do: 'complete' }>): Promise<unknown> {
    const target = by === 'id' ? { by, id: admission.id } : { by, admission };
    return this.ledger.complete({ target, order: { orderId } });
  }

  async #take(limit: number): Promise<unknown> {
    const taken = await this.ledger.takeDue(limit, LEASE_MS);
    this.#deliveries.push(...taken);
    return taken;
  }

  async #deliver(given: Extract<Command, { do: 'deliver' }>): Promise<unknown> {
    const delivery = this.#deliveries.at(-1 - given.which);
    if (delivery === undefined) return 'nothing';
    const outcome =
      given.to === 'delivered' ? { to: given.to } : { to: given.to, delivery: this.#progress() };
    return this.ledger.settleDelivery(delivery.row.admission.id, delivery.leaseId, outcome);
  }

  #progress() {
    return { attempts: 1, nextAttemptAt: this.clock.now() + 50 };
  }
}

/** Lease ids are random: each engine has its own. */
function comparable(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => {
    if (key === 'leaseId') return 'a lease';
    if (key === 'lease' && typeof part === 'object') return { ...part, id: 'a lease' };
    return isPlain(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part;
  });
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function onMemory(): Play {
  return new Play((clock) => memoryLedger({ clock }));
}

const sequences = fc.array(command, { minLength: 1, maxLength: 40 });

describe('any sequence of steps', () => {
  it('never gives one admission two orders, and never takes an order back', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const play = onMemory();
        let before = await play.rows();
        for (const given of commands) {
          await play.run(given);
          const after = await play.rows();
          if (given.do !== 'purge') expectOrdersKept(before, after);
          before = after;
        }
      }),
      { numRuns: 300 },
    ));

  it('never has two attempts at once: a claim goes only where no lease is alive', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const play = onMemory();
        for (const given of commands) {
          const before = await play.rows();
          const outcome = (await play.run(given)) as { outcome?: string };
          if (given.do !== 'claim' || outcome.outcome !== 'claimed') continue;
          expectClaimable(before[ADMISSIONS.indexOf(given.admission)], given);
        }
      }),
      { numRuns: 300 },
    ));

  it('never lets two rows hold one token', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const play = onMemory();
        for (const given of commands) {
          await play.run(given);
          const hashes = (await play.rows()).flatMap((row) => row?.tokenHash ?? []);
          expect(new Set(hashes).size).toBe(hashes.length);
        }
      }),
      { numRuns: 200 },
    ));

  it('comes out the same in memory and in SQLite', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const memory = onMemory();
        const sqlite = new Play((clock) => sqliteLedger({ file: ':memory:', clock }));
        for (const given of commands) {
          const [inMemory, inSqlite] = [await memory.run(given), await sqlite.run(given)];
          expect(comparable(inSqlite)).toBe(comparable(inMemory));
        }
        expect(comparable(await sqlite.rows())).toBe(comparable(await memory.rows()));
        await sqlite.ledger.close();
      }),
      { numRuns: 200 },
    ));
});

function expectOrdersKept(before: readonly (Row | undefined)[], after: readonly (Row | undefined)[]): void {
  for (const [index, row] of before.entries()) {
    if (row === undefined || !isUsed(row)) continue;
    const now = after[index];
    expect(now !== undefined && isUsed(now) ? now.order : undefined).toEqual(row.order);
  }
}

function expectClaimable(row: Row | undefined, given: Extract<Command, { do: 'claim' }>): void {
  if (row === undefined || row.state === 'free') return;
  if (row.state === 'pending') expect([given.supersede, row.sidHash]).toEqual([true, given.sid]);
  else expect([row.state, given.takeUnresolved]).toEqual(['unresolved', true]);
}

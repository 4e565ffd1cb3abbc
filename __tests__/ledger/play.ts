/** Any sequence of steps a ledger can be taken through, to be played on one engine or on two side by side. */
import fc from 'fast-check';
import { memoryLedger } from '../../lib/ledger/memory.js';
import type { DueDelivery, Ledger } from '../../lib/ledger/ledger.js';
import type { Row, RowStateName } from '../../lib/ledger/row.js';
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
  'discarded',
];

/** Four admissions of one triple and two strangers, so that the triple's rules meet often. */
export const ADMISSIONS = [
  { id: 'a', consumerId: 'c1', admittedAt: START, expiresAt: START + 1_000 },
  { id: 'b', consumerId: 'c1', admittedAt: START + 400 },
  { id: 'c', consumerId: 'c1' },
  { id: 'd', consumerId: 'c1', admittedAt: START + 2_000, expiresAt: START + 900 },
  { id: 'e', consumerId: 'c2', expiresAt: START + 500 },
  { id: 'f', consumerId: 'c3' },
].map((admission) => ({ distributionId: 'q1', distributionType: 'queue' as const, ...admission }));

const admission = fc.constantFrom(...ADMISSIONS);
const orderId = fc.constantFrom('order-1', 'order-2', 'order-3');
const kind = fc.constantFrom('webhook' as const, 'webhook_mark' as const);
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
      to: fc.constantFrom('free' as const, 'pending' as const, 'unresolved' as const, 'as found' as const),
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
  { weight: 1, arbitrary: fc.record({ do: fc.constant('take one' as const), admission }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('discard' as const), admission }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lead' as const),
      owner: fc.constantFrom('p1', 'p2'),
      leaseMs: fc.constantFrom(0, LEASE_MS, 3 * LEASE_MS),
      memo: fc.constantFrom(undefined, 'one', '{"two":"ü"}'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('note' as const, 'use' as const, 'finish' as const),
      kind,
      key: fc.constantFrom('n1', 'N2', 'n:3'),
      most: fc.constantFrom(undefined, 1, 2),
      lasts: fc.constantFrom(50, 1_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('open notes' as const), kind, limit: fc.nat({ max: 3 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('deny' as const),
      admission,
      deniedAt: fc.constantFrom(START, START + 400, START + 5_000),
      lasts: fc.constantFrom(50, 1_000),
    }),
  },
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
export type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;

type Noted = Extract<Command, { do: 'note' | 'use' | 'finish' | 'open notes' | 'deny' }>;
type Kept = Extract<Command, { do: 'reschedule' | 'discard' | 'lead' | 'purge' | 'list' | 'wait' }>;

/** One engine under a sequence of commands; remembers who began what, so that later commands can speak for them. */
export class Play {
  readonly clock = new ManualClock(START);
  readonly ledger: Ledger;
  readonly #attempts: { admissionId: string; attemptId: string }[] = [];
  readonly #deliveries: DueDelivery[] = [];
  readonly #found = new Map<string, number>();

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
      case 'take one':
        return this.#takeOne(given.admission.id);
      case 'deliver':
        return this.#deliver(given);
      case 'renew':
      case 'defer':
      case 'settle':
        return this.#speak(given);
      case 'note':
      case 'use':
      case 'finish':
      case 'open notes':
      case 'deny':
        return this.#note(given);
      default:
        return this.#keep(given);
    }
  }

  #note(given: Noted): Promise<unknown> {
    const { ledger } = this;
    const until = this.clock.now() + ('lasts' in given ? given.lasts : 0);
    switch (given.do) {
      case 'note':
        return ledger.addNote({ kind: given.kind, key: given.key, value: 'text', until }, given.most);
      case 'use':
        return ledger.useNote(given.kind, given.key, 2);
      case 'finish':
        return ledger.finishNote(given.kind, given.key);
      case 'open notes':
        return ledger.openNotes(given.kind, given.limit);
      case 'deny':
        return ledger.deny(given.admission, { deniedAt: given.deniedAt, until });
    }
  }

  #keep(given: Kept): Promise<unknown> {
    switch (given.do) {
      case 'reschedule':
        return this.ledger.reschedule(given.admission.id, this.#progress());
      case 'discard':
        return this.ledger.discard(given.admission.id);
      case 'lead':
        return this.ledger.lead({
          owner: given.owner,
          leaseMs: given.leaseMs,
          ...(given.memo === undefined ? {} : { memo: given.memo }),
        });
      case 'purge':
        return this.ledger.purge();
      case 'list':
        return this.ledger.list(given);
      case 'wait':
        return this.clock.advance(given.milliseconds);
    }
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
    if (given.to === 'as found') return this.#freeAsFound(holder);
    return this.ledger.settle(
      holder,
      given.to === 'pending' ? { to: 'pending', pendingMs: 300, notAfter: START + 2_000 } : { to: given.to },
    );
  }

  /** By what was found the time before, which may hold still or be long past. */
  async #freeAsFound(holder: { admissionId: string; attemptId: string }): Promise<unknown> {
    const found = this.#found.get(holder.admissionId);
    const row = await this.ledger.find(holder.admissionId);
    const since = row?.state === 'unresolved' ? row.since : START;
    this.#found.set(holder.admissionId, since);
    return this.ledger.settle(holder, { to: 'free', unresolvedSince: found ?? since });
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

  async #takeOne(admissionId: string): Promise<unknown> {
    const taken = await this.ledger.take(admissionId, LEASE_MS);
    if (taken !== undefined) this.#deliveries.push(taken);
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
export function comparable(value: unknown): string {
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

export function onMemory(): Play {
  return new Play((clock) => memoryLedger({ clock }));
}

export const sequences = fc.array(command, { minLength: 1, maxLength: 40, size: 'max' });

/** Holds when an engine answers every sequence as the memory engine does, and ends with the same rows. */
export async function playsAlike(
  commands: readonly Command[],
  make: (clock: ManualClock) => Ledger,
): Promise<void> {
  const memory = onMemory();
  const engine = new Play(make);
  try {
    for (const given of commands) {
      const [inMemory, inEngine] = [await memory.run(given), await engine.run(given)];
      expect(comparable(inEngine)).toBe(comparable(inMemory));
    }
    expect(comparable(await engine.rows())).toBe(comparable(await memory.rows()));
  } finally {
    await engine.ledger.close();
  }
}

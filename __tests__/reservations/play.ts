/** Random schedules of everything that can happen to holds and payments: what the shop, its shoppers and time do. */
import fc from 'fast-check';
import { type Ledger, memoryLedger } from '../../lib/index.js';
import { isUsed } from '../../lib/ledger/row.js';
import type { AskableLedger, CartLine, Hold, Reservations } from '../../lib/reservations/index.js';
import { ManualClock } from '../support/manual-clock.js';
import type { Crash } from './fate.js';
import { MINUTE } from './rig.js';

export const ITEMS = ['lamp', 'shade'] as const;
export const TOTAL = 4;
const ADMISSIONS = ['a', 'b', 'c'] as const;

type Call = (reservations: Reservations) => Promise<unknown>;

/** A database, whichever it is. */
export interface Ground {
  /** A call in a process of its own. Resolves to `done`, to the code it was refused with, or to `died`. */
  run(call: Call, crash?: Crash, ledger?: AskableLedger): Promise<string>;
  holds(): Promise<readonly Hold[]>;
  left(): Promise<Readonly<Record<string, number>>>;
}

/** Money that may move from here on, for just this. */
export interface Payment {
  readonly admission: string;
  readonly attemptId: string;
  readonly orderId: string;
  readonly cart: readonly Required<CartLine>[];
  /** Whether its attempt still held the admission when it was told of last: then what it paid for must be there. */
  covered?: boolean;
  /** Whether its order was on record before it was converted: then a sweep may have given it all that was held. */
  recordedFirst?: boolean;
}

export interface World {
  readonly clock: ManualClock;
  readonly ledger: Ledger;
  /** Under way: any of them may still come, however late. */
  readonly open: Payment[];
  /** That the shop kept the money of. */
  readonly sold: Payment[];
}

export function world(): World {
  const clock = new ManualClock();
  return { clock, ledger: memoryLedger({ clock }), open: [], sold: [] };
}

const admission = fc.constantFrom(...ADMISSIONS);
const line = fc.constantFrom('first', 'second');
const lines = fc.option(fc.uniqueArray(line, { minLength: 1 }), { nil: undefined });
const crash = fc.option(fc.record({ at: fc.integer({ min: 1, max: 12 }), after: fc.boolean() }), {
  nil: undefined,
  freq: 2,
});
const cart = fc.uniqueArray(
  fc.record({ line, item: fc.constantFrom(...ITEMS), quantity: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1, maxLength: 2, selector: (one) => one.line },
);
/** Without a cart: what is held. `later`: the shopper pays elsewhere. `soon`: the handler waits for the payment. */
const submit = {
  ordered: fc.option(cart, { nil: undefined, freq: 2 }),
  pays: fc.constantFrom('later' as const, 'soon' as const),
};
/** A submit in another window, right after this call has asked the ledger. */
const meanwhile = fc.option(fc.record(submit), { nil: undefined, freq: 2 });
const which = fc.nat({ max: 5 });

const command = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('hold' as const), admission, cart, crash, meanwhile }),
  },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('submit' as const), admission, crash, ...submit }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('pay' as const),
      ...{ which, crash, recordsFirst: fc.boolean(), honours: fc.boolean() },
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel' as const), which, crash }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('release' as const), admission, lines, crash, meanwhile }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const), crash }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 12 }) }),
  },
);

export const schedules = fc.array(command, { minLength: 1, maxLength: 24, size: 'max' });
export type Command = typeof command extends fc.Arbitrary<infer Value> ? Value : never;
type Do<Name> = Extract<Command, { readonly do: Name }>;

export class Play {
  readonly #ground: Ground;
  readonly #world: World;
  readonly #end: number;
  #attempts = 0;

  constructor(ground: Ground, given: World) {
    this.#ground = ground;
    this.#world = given;
    this.#end = given.clock.now() + 15 * MINUTE;
  }

  async step(given: Command): Promise<void> {
    const { clock, open } = this.#world;
    if ('which' in given && open.length === 0) return;
    switch (given.do) {
      case 'hold':
      case 'release':
        return this.#secondTab(given);
      case 'submit':
        return this.#submit(given.admission, given);
      case 'pay':
        return this.#pay(open[given.which % open.length]!, given);
      case 'cancel':
        return this.#cancel(open[given.which % open.length]!, given.crash);
      case 'sweep':
        await this.#ground.run((reservations) => reservations.sweep(), given.crash);
        return;
      case 'wait':
        return clock.advance(given.minutes * MINUTE);
    }
  }

  /** Every attempt is given up, every time is over. */
  async end(): Promise<void> {
    await this.#world.clock.advance(24 * 60 * MINUTE);
    for (const id of ADMISSIONS) {
      const row = await this.#world.ledger.find(id);
      if (row !== undefined && 'attempt' in row) await this.#free(id, row.attempt.id);
    }
    await this.#ground.run((reservations) => reservations.sweep());
  }

  async #secondTab(given: Do<'hold'> | Do<'release'>): Promise<void> {
    const admitted = { id: given.admission, expiresAt: this.#end };
    let answered = false;
    const find = async (id: string) => {
      const row = await this.#world.ledger.find(id);
      if (!answered && given.meanwhile !== undefined) {
        answered = true;
        await this.#submit(given.admission, given.meanwhile);
      }
      return row;
    };
    const call: Call = (reservations) =>
      given.do === 'hold'
        ? reservations.hold(admitted, given.cart)
        : reservations.release(admitted, given.lines);
    await this.#ground.run(call, given.crash, { engine: 'memory', find });
  }

  async #submit(
    id: string,
    given: Pick<Do<'submit'>, 'ordered' | 'pays'> & { readonly crash?: Crash | undefined },
  ): Promise<void> {
    const attemptId = `attempt ${String((this.#attempts += 1))}`;
    const lines = given.ordered ?? (await this.#heldBy(id));
    if (lines.length === 0 || !(await this.#claim(id, attemptId))) return;
    const asking = { id, expiresAt: this.#end, attempt: { id: attemptId } };
    const call: Call = (reservations) => reservations.hold(asking, lines);
    const held = await this.#ground.run(call, given.crash);
    if (held === 'died') return;
    if (held !== 'done') return this.#free(id, attemptId);
    const { ledger, open } = this.#world;
    open.push({ admission: id, attemptId, cart: lines, orderId: `order of ${attemptId}` });
    if (given.pays === 'soon') return;
    const holder = { admissionId: id, attemptId };
    await ledger.defer(holder, `payment of ${attemptId}`);
    await ledger.settle(holder, { to: 'pending', pendingMs: 20 * MINUTE });
  }

  async #heldBy(admissionId: string): Promise<readonly Required<CartLine>[]> {
    const holds = await this.#ground.holds();
    return holds
      .filter((one) => one.admissionId === admissionId && one.state === 'held')
      .map(({ line: name, item, quantity }) => ({ line: name, item, quantity }));
  }

  /** As the guards do: no attempt begins past the admission's end. */
  async #claim(id: string, attemptId: string): Promise<boolean> {
    const { clock, ledger } = this.#world;
    if (clock.now() >= this.#end) return false;
    const { outcome } = await ledger.claim({
      ...{ admission: this.#admission(id), attemptId, tokenHash: id, sidHash: id, owner: 'test' },
      ...{ leaseMs: 2 * MINUTE, supersede: true, takeUnresolved: true },
    });
    return outcome === 'claimed';
  }

  /** A payment has ended well, perhaps long ago: the shop keeps the money, or gives it back. */
  async #pay(payment: Payment, { crash: dies, recordsFirst, honours }: Do<'pay'>): Promise<void> {
    payment.covered = await this.#covers(payment);
    let end = (await this.#mayPlace(payment)) ? 'done' : 'ADMISSION_USED';
    if (end === 'done' && recordsFirst) {
      payment.recordedFirst = true;
      await this.#record(payment);
    }
    if (end === 'done') end = await this.#convert(payment, dies);
    if (end === 'RESERVATION_MISSING' && honours && !payment.covered) end = await this.#honour(payment);
    if (end === 'died') return; // It is told again.
    if (payment.covered) expect(end).toBe('done');
    const { open, sold } = this.#world;
    open.splice(open.indexOf(payment), 1);
    if (end !== 'done') return;
    await this.#record(payment);
    sold.push(payment);
  }

  #convert({ admission: id, orderId, cart: ordered }: Payment, dies?: Crash): Promise<string> {
    return this.#ground.run(
      (reservations) => reservations.convert({ id }, { orderId, lines: ordered }),
      dies,
    );
  }

  /** Takes what is missing from the stock, if it is there. */
  async #honour(payment: Payment): Promise<string> {
    let short: readonly string[] = [];
    await this.#ground.run(async (reservations) => {
      const order = { orderId: payment.orderId, lines: payment.cart };
      await reservations.convert({ id: payment.admission }, order).catch((error: unknown) => {
        ({ lines: short } = error as { lines: readonly string[] });
      });
    });
    const missing = payment.cart.filter((one) => short.includes(one.line));
    const held = await this.#ground.run((reservations) =>
      reservations.hold({ id: payment.admission }, missing),
    );
    if (held !== 'done') return held;
    const end = await this.#convert(payment);
    expect(end).toBe('done');
    return end;
  }

  /** It failed at the provider. */
  async #cancel(payment: Payment, dies: Crash | undefined): Promise<void> {
    const { open } = this.#world;
    open.splice(open.indexOf(payment), 1);
    await this.#free(payment.admission, payment.attemptId);
    await this.#ground.run((reservations) => reservations.release({ id: payment.admission }), dies);
  }

  /** The shop's orders have one row for each admission. */
  async #mayPlace({ admission: id, orderId }: Payment): Promise<boolean> {
    const row = await this.#world.ledger.find(id);
    return row === undefined || !isUsed(row) || row.order.orderId === orderId;
  }

  /** Once its order is on record no other attempt begins. */
  async #covers(payment: Payment): Promise<boolean> {
    const { admission: id, attemptId, orderId, covered } = payment;
    const row = await this.#world.ledger.find(id);
    if (row !== undefined && isUsed(row)) return row.order.orderId === orderId && covered === true;
    if (await this.#isTaken(payment)) return false;
    return row !== undefined && 'attempt' in row && row.attempt.id === attemptId;
  }

  /** An older attempt was paid late, and its process died when it had converted and not yet recorded. */
  async #isTaken({ admission: id, orderId }: Payment): Promise<boolean> {
    const holds = await this.#ground.holds();
    const sold = holds.filter((one) => one.admissionId === id && one.state === 'converted');
    return sold.some((one) => one.orderId !== orderId);
  }

  async #record({ admission: id, orderId }: Payment): Promise<void> {
    const target = { by: 'admission', admission: this.#admission(id) } as const;
    await this.#world.ledger.complete({ target, order: { orderId } });
  }

  async #free(id: string, attemptId: string): Promise<void> {
    await this.#world.ledger.settle({ admissionId: id, attemptId }, { to: 'free' });
  }

  #admission(id: string) {
    const triple = { consumerId: id, distributionId: 'queue_1', distributionType: 'queue' } as const;
    return { id, ...triple, expiresAt: this.#end };
  }
}

import { createCompleter } from '../../lib/completion/complete.js';
import type { FindOrder } from '../../lib/completion/lookup.js';
import { createReconciler } from '../../lib/completion/reconcile.js';
import type { Reconciler } from '../../lib/completion/reconcile.js';
import type { FanfareEvent } from '../../lib/events.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import type { Row } from '../../lib/ledger/row.js';
import { ManualClock } from '../support/manual-clock.js';
import { admission, MINUTE, SECOND } from './rig.js';

class Office {
  readonly clock = new ManualClock();
  readonly ledger: Ledger;
  readonly events: FanfareEvent[] = [];
  readonly asked: unknown[] = [];
  readonly reconciler: Reconciler;

  constructor(
    findOrder: FindOrder | undefined,
    stand: Partial<Pick<Ledger, 'complete' | 'settle' | 'list'>> = {},
  ) {
    this.ledger = memoryLedger({ clock: this.clock });
    const engine = this.ledger;
    const ledger = Object.assign(Object.create(engine) as Ledger, {
      engine: 'memory',
      complete: engine.complete.bind(engine),
      settle: engine.settle.bind(engine),
      list: engine.list.bind(engine),
      ...stand,
    });
    const emit = (event: FanfareEvent): void => void this.events.push(event);
    const parts = { ledger, clock: this.clock, emit };
    const completer = createCompleter({ ...parts, onRecorded: () => undefined });
    const asking: FindOrder = (...given) => {
      this.asked.push(given);
      return findOrder?.(...given);
    };
    this.reconciler = createReconciler({ ...parts, completer, ...(findOrder && { findOrder: asking }) });
  }

  /** An attempt whose process died. */
  async abandon(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.ledger.claim({
        admission: admission(name),
        tokenHash: `token-${name}`,
        sidHash: 'sid',
        attemptId: `try-${name}`,
        owner: 'process-1',
        leaseMs: SECOND,
        supersede: true,
        takeUnresolved: false,
      });
    }
    await this.clock.advance(2 * SECOND);
  }

  async row(name: string): Promise<Row> {
    return (await this.ledger.find(name))!;
  }

  async settle(name: string): Promise<string> {
    return this.reconciler.settle(await this.row(name));
  }

  types(): string[] {
    return this.events.map(({ type }) => type);
  }
}

describe('settle', () => {
  it('records the order that was found, which says that the claim had lapsed', async () => {
    const office = new Office(() => ({ orderId: 'order-1', amount: '5.00' }));
    await office.abandon('a');
    expect(await office.settle('a')).toBe('ordered');
    expect(await office.row('a')).toMatchObject({
      state: 'ordered',
      order: { orderId: 'order-1', amount: '5.00' },
    });
    expect(office.events).toMatchObject([{ type: 'completion.recorded', claim: 'lapsed' }]);
  });

  it('asks with the bare admission, and the attempt with its reference', async () => {
    const office = new Office(() => undefined);
    await office.abandon('a');
    await office.ledger.defer({ admissionId: 'a', attemptId: 'try-a' }, 'pi_123');
    await office.settle('a');
    expect(office.asked).toEqual([
      [admission('a'), { attempt: { number: 1, id: 'try-a', reference: 'pi_123' } }],
    ]);
  });

  it.each([undefined, null])('gives the admission back when there is none (%p)', async (none) => {
    const office = new Office(() => Promise.resolve(none));
    await office.abandon('a');
    expect(await office.settle('a')).toBe('free');
    expect(await office.row('a')).toMatchObject({ state: 'free' });
    expect(office.events).toMatchObject([{ type: 'claim.released', admissionId: 'a', attempt: 1 }]);
  });

  it.each<[string, FindOrder]>([
    [
      'throws',
      () => {
        throw new Error('shop database is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('shop database is down'))],
    ['answers false', () => false as never],
    ['answers an empty text', () => '' as never],
    ['answers something without an order id', () => ({}) as never],
    ['answers a bad order id', () => ({ orderId: '\n' })],
  ])('leaves the row alone when findOrder %s', async (_how, findOrder) => {
    const office = new Office(findOrder);
    await office.abandon('a');
    expect(await office.settle('a')).toBe('unknown');
    expect(await office.row('a')).toMatchObject({ state: 'unresolved' });
    expect(office.events).toMatchObject([{ type: 'order.lookup_failed', admissionId: 'a' }]);
  });

  it('leaves the row alone when findOrder does not answer within five seconds', async () => {
    const office = new Office(() => new Promise(() => undefined));
    await office.abandon('a');
    const settled = office.settle('a');
    await office.clock.advance(5 * SECOND);
    expect(await settled).toBe('unknown');
    expect(office.types()).toEqual(['order.lookup_failed']);
  });

  it('answers ordered when another order was recorded meanwhile', async () => {
    const office = new Office(async () => {
      await office.ledger.complete({ target: { by: 'id', id: 'a' }, order: { orderId: 'first' } });
      return { orderId: 'second' };
    });
    await office.abandon('a');
    expect(await office.settle('a')).toBe('ordered');
    expect(await office.row('a')).toMatchObject({ order: { orderId: 'first' } });
    expect(office.events).toEqual([]);
  });

  it('never frees an attempt that is not the one it asked about', async () => {
    const office = new Office(() => undefined);
    await office.abandon('a');
    const stale = await office.row('a');
    await office.ledger.settle({ admissionId: 'a', attemptId: 'try-a' }, { to: 'free' });
    expect(await office.reconciler.settle(stale)).toBe('unknown');
    expect(office.events).toEqual([]);
  });

  it.each<[string, FindOrder]>([
    ['freeing', () => undefined],
    ['recording', () => ({ orderId: 'order-1' })],
  ])('rejects with LEDGER_UNAVAILABLE when the ledger is away while %s', async (_when, findOrder) => {
    const away = () => Promise.reject(new Error('away'));
    const office = new Office(findOrder, { settle: away, complete: away });
    await office.abandon('a');
    await expect(office.settle('a')).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
    expect(office.types()).toEqual(['ledger.unavailable']);
  });

  it('answers rows that need no lookup as they are', async () => {
    const office = new Office(() => ({ orderId: 'wrong' }));
    await office.abandon('a', 'b');
    await office.ledger.settle({ admissionId: 'a', attemptId: 'try-a' }, { to: 'free' });
    await office.ledger.complete({ target: { by: 'id', id: 'b' }, order: { orderId: 'order-b' } });
    expect([await office.settle('a'), await office.settle('b')]).toEqual(['free', 'ordered']);
    expect(office.asked).toEqual([]);
  });
});

describe('sweep', () => {
  it('settles each unresolved row, also after one that could not be', async () => {
    const office = new Office(({ id }) => {
      if (id === 'a') throw new Error('down');
      return id === 'b' ? { orderId: 'order-b' } : undefined;
    });
    await office.abandon('a', 'b', 'c');
    await office.reconciler.sweep();
    const states = await Promise.all(['a', 'b', 'c'].map(async (name) => (await office.row(name)).state));
    expect(states).toEqual(['unresolved', 'ordered', 'free']);
  });

  it('happens at the start and every minute, until stopped', async () => {
    const office = new Office(() => undefined);
    await office.abandon('a');
    office.reconciler.start();
    await office.clock.advance(0);
    expect((await office.row('a')).state).toBe('free');
    await office.abandon('b');
    await office.clock.advance(MINUTE);
    expect((await office.row('b')).state).toBe('free');
    await office.reconciler.stop();
    await office.abandon('c');
    await office.clock.advance(10 * MINUTE);
    expect((await office.row('c')).state).toBe('unresolved');
  });

  it('does nothing without findOrder', async () => {
    const office = new Office(undefined);
    await office.abandon('a');
    await office.reconciler.sweep();
    expect(await office.settle('a')).toBe('unknown');
    expect((await office.row('a')).state).toBe('unresolved');
    expect(office.events).toEqual([]);
  });

  it('stops between two rows when it is told to', async () => {
    let stopping: Promise<void> | undefined;
    const office = new Office(() => {
      stopping = office.reconciler.stop();
      return undefined;
    });
    await office.abandon('a', 'b');
    office.reconciler.start();
    await office.clock.advance(0);
    await stopping;
    expect(office.asked).toHaveLength(1);
  });

  it.each(['list', 'settle'] as const)('survives a ledger that is away at %s, and says so', async (step) => {
    const office = new Office(() => undefined, { [step]: () => Promise.reject(new Error('away')) });
    await office.abandon('a', 'b');
    await office.reconciler.sweep();
    expect(office.types()).toEqual(['ledger.unavailable']);
    expect((await office.row('a')).state).toBe('unresolved');
  });
});

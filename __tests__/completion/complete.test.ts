import type { Order } from '../../lib/admission/order.js';
import { claimStanding } from '../../lib/completion/claim-standing.js';
import { createCompleter } from '../../lib/completion/complete.js';
import type { CompleteOptions, Completer } from '../../lib/completion/complete.js';
import { FanfareError } from '../../lib/errors.js';
import type { FanfareEvent } from '../../lib/events.js';
import type { CompletionTarget, Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import type { Row } from '../../lib/ledger/row.js';
import { ManualClock } from '../support/manual-clock.js';
import { admission, MINUTE, SECOND } from './rig.js';

class Desk {
  readonly clock = new ManualClock();
  readonly ledger: Ledger = memoryLedger({ clock: this.clock });
  readonly events: FanfareEvent[] = [];
  recorded = 0;
  readonly completer: Completer;

  constructor(stand: Partial<Pick<Ledger, 'complete' | 'checkTransaction'>> = {}) {
    const complete: Ledger['complete'] = (...asked) => this.ledger.complete(...asked);
    const checkTransaction: Ledger['checkTransaction'] = (...asked) => {
      this.ledger.checkTransaction(...asked);
    };
    this.completer = createCompleter({
      ledger: Object.assign(Object.create(this.ledger) as Ledger, {
        ...{ complete, checkTransaction, engine: 'memory' },
        ...stand,
      }),
      clock: this.clock,
      emit: (event) => this.events.push(event),
      onRecorded: () => (this.recorded += 1),
      orderGraceMs: 15 * MINUTE,
    });
  }

  complete(target: CompletionTarget, order: Order, options: Partial<CompleteOptions> = {}): Promise<unknown> {
    return this.completer.complete(target, order, { now: this.clock.now(), ...options });
  }

  async claim(name: string, attemptId: string, expiresAt?: number): Promise<void> {
    const outcome = await this.ledger.claim({
      admission: admission(name, expiresAt),
      tokenHash: `token-${name}`,
      sidHash: 'sid',
      attemptId,
      owner: 'process-1',
      leaseMs: MINUTE,
      supersede: true,
      takeUnresolved: true,
    });
    expect(outcome.outcome).toBe('claimed');
  }

  claims(): unknown[] {
    return this.events.map((event) => (event.type === 'completion.recorded' ? event.claim : event.type));
  }
}

const ORDER: Order = { orderId: 'order-1', amount: '129.00', currency: 'EUR' };
const A = { by: 'id', id: 'a' } as const;

function whole(name: string, expiresAt?: number): CompletionTarget {
  return { by: 'admission', admission: admission(name, expiresAt) };
}

async function failure(promise: Promise<unknown>): Promise<FanfareError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof FanfareError) return error;
  throw new Error(`not refused, but ${String(error)}`);
}

describe('complete', () => {
  it('records the order, says so and wakes the delivery', async () => {
    const desk = new Desk();
    await desk.claim('a', 'attempt-1');
    await desk.complete(A, ORDER, { attemptId: 'attempt-1' });
    expect(await desk.ledger.find('a')).toMatchObject({ state: 'ordered', order: ORDER });
    expect(desk.events).toMatchObject([
      { type: 'completion.recorded', admissionId: 'a', orderId: 'order-1', claim: 'held' },
    ]);
    expect(desk.recorded).toBe(1);
  });

  it('resolves for the same order again, without saying it again', async () => {
    const desk = new Desk();
    await desk.complete(whole('a'), ORDER);
    await desk.complete(whole('a'), ORDER);
    expect(desk.claims()).toEqual(['none']);
    expect(desk.recorded).toBe(1);
  });

  it('rejects another order with ADMISSION_USED and the id of the first', async () => {
    const desk = new Desk();
    await desk.complete(whole('a'), ORDER);
    const error = await failure(desk.complete(A, { orderId: 'order-2' }));
    expect(error).toMatchObject({ code: 'ADMISSION_USED', orderId: 'order-1' });
  });

  it('rejects three ids that mean several open admissions', async () => {
    const desk = new Desk();
    await desk.claim('a', 'attempt-1');
    const second = { ...admission('a'), id: 'a-again' };
    const request = { tokenHash: 'other', sidHash: 'sid', attemptId: 'x', owner: 'p', leaseMs: MINUTE };
    await desk.ledger.claim({ admission: second, ...request, supersede: true, takeUnresolved: true });
    const target = { by: 'triple', admission: { ...admission('a'), id: 'of-the-triple' } } as const;
    expect((await failure(desk.complete(target, ORDER))).code).toBe('ADMISSION_AMBIGUOUS');
  });

  it('rejects an id that no row has, and says that it is the ledger that has none', async () => {
    const error = await failure(new Desk().complete(A, ORDER));
    expect(error.code).toBe('INVALID_ADMISSION_DATA');
    expect(error.message).toContain('ledger has no row');
  });

  it.each([
    ['the whole admission', whole('a')],
    ['the three ids', { by: 'triple', admission: admission('a') } as const],
  ])('records an order of days later by %s, where the row of its id is deleted', async (_what, target) => {
    const desk = new Desk();
    await desk.claim('a', 'attempt-1', desk.clock.now() + MINUTE);
    await desk.ledger.settle({ admissionId: 'a', attemptId: 'attempt-1' }, { to: 'free' });
    await desk.clock.advance(25 * 60 * MINUTE);
    expect(await desk.ledger.purge()).toBe(1);
    expect((await failure(desk.complete(A, ORDER))).code).toBe('INVALID_ADMISSION_DATA');
    await desk.complete(target, ORDER);
    expect(await desk.ledger.find('a')).toMatchObject({ state: 'ordered', order: ORDER });
  });

  it('rejects a bad order id before anything is written', async () => {
    const desk = new Desk();
    expect((await failure(desk.complete(whole('a'), { orderId: '' }))).code).toBe('INVALID_ADMISSION_DATA');
    expect(await desk.ledger.find('a')).toBeUndefined();
  });

  it('records an order with malformed fields without them, and names each', async () => {
    const desk = new Desk();
    const metadata = { cycle: 1n } as Record<string, unknown>;
    await desk.complete(whole('a'), { orderId: 'order-1', amount: '12,50', currency: 'euro', metadata });
    const left = desk.events.filter(({ type }) => type === 'completion.field_left_out');
    expect(left).toMatchObject(
      ['amount', 'currency', 'metadata'].map((field) => ({ orderId: 'order-1', field })),
    );
    expect(await desk.ledger.find('a')).toMatchObject({ state: 'ordered', order: { orderId: 'order-1' } });
  });

  it('hands the transaction to the engine', async () => {
    const seen: unknown[] = [];
    const desk: Desk = new Desk({
      checkTransaction: () => undefined,
      complete: (request, transaction) => {
        seen.push(transaction);
        return desk.ledger.complete(request);
      },
    });
    const transaction = { query: () => undefined };
    await desk.complete(whole('a'), ORDER, { transaction });
    expect(seen).toEqual([transaction]);
  });

  it('calls a transaction that the engine cannot write in a mistake, not an outage, and records nothing', async () => {
    const desk = new Desk();
    await expect(desk.complete(whole('a'), ORDER, { transaction: {} })).rejects.toThrow(
      /memory ledger takes no "transaction"/,
    );
    expect(desk.events).toEqual([]);
    expect(await desk.ledger.find('a')).toBeUndefined();
  });
});

describe('a ledger that is away', () => {
  it('rejects with LEDGER_UNAVAILABLE and its cause', async () => {
    const cause = new Error('ECONNREFUSED');
    const desk: Desk = new Desk({ complete: () => Promise.reject(cause) });
    const error = await failure(desk.complete(whole('a'), ORDER));
    expect(error).toMatchObject({ code: 'LEDGER_UNAVAILABLE', status: 503, cause });
    expect(desk.events).toMatchObject([{ type: 'ledger.unavailable', engine: 'memory', cause }]);
  });

  it('rejects after two seconds when it does not answer, and the same order may be told again', async () => {
    let late: () => void = () => undefined;
    let slow = true;
    const desk: Desk = new Desk({
      complete: async (request) => {
        if (slow) await new Promise<void>((resolve) => (late = resolve));
        return desk.ledger.complete(request);
      },
    });
    const outcome = failure(desk.complete(whole('a'), ORDER));
    await desk.clock.advance(2 * SECOND - 1);
    expect(desk.events).toEqual([]);
    await desk.clock.advance(1);
    expect((await outcome).code).toBe('LEDGER_UNAVAILABLE');
    slow = false;
    late();
    await desk.complete(whole('a'), ORDER);
    expect(await desk.ledger.find('a')).toMatchObject({ state: 'ordered' });
  });
});

describe('what is said about the claim', () => {
  it('released, pending, lapsed, superseded, as the ledger had it', async () => {
    const desk = new Desk();
    await desk.claim('a', 'a1');
    await desk.ledger.settle({ admissionId: 'a', attemptId: 'a1' }, { to: 'free' });
    await desk.complete(A, { orderId: 'o1' }, { attemptId: 'a1' });
    await desk.claim('b', 'b1');
    await desk.ledger.settle({ admissionId: 'b', attemptId: 'b1' }, { to: 'pending', pendingMs: MINUTE });
    await desk.complete({ by: 'id', id: 'b' }, { orderId: 'o2' }, { attemptId: 'b1' });
    await desk.claim('c', 'c1');
    await desk.clock.advance(2 * MINUTE);
    await desk.complete({ by: 'id', id: 'c' }, { orderId: 'o3' }, { attemptId: 'c1' });
    await desk.claim('d', 'd2');
    await desk.complete({ by: 'id', id: 'd' }, { orderId: 'o4' }, { attemptId: 'd1' });
    expect(desk.claims()).toEqual(['released', 'pending', 'lapsed', 'superseded']);
  });

  it('expired, once the grace after the end is over', async () => {
    const desk = new Desk();
    const start = desk.clock.now();
    await desk.complete(whole('a', start), ORDER, { now: start + 15 * MINUTE });
    await desk.complete(whole('b', start), ORDER, { now: start + 15 * MINUTE + 1 });
    expect(desk.claims()).toEqual(['none', 'expired']);
  });

  const attempt = { number: 1, id: 'mine', owner: 'p', startedAt: 0 };
  const facts = { admission: admission('a'), attempts: 1, createdAt: 0, updatedAt: 0 };
  const active: Row = { ...facts, state: 'active', attempt, leaseUntil: 9 };
  const pending: Row = { ...facts, state: 'pending', attempt, pendingUntil: 9 };
  const unresolved: Row = { ...facts, state: 'unresolved', attempt, since: 1 };
  const free: Row = { ...facts, state: 'free' };

  it.each([
    ['held', active, 'mine', 100],
    ['held', active, undefined, 1],
    ['held', active, 'mine', 1],
    ['superseded', active, 'other', 100],
    ['superseded', active, 'other', 1],
    ['pending', pending, 'mine', 1],
    ['pending', pending, undefined, 100],
    ['superseded', pending, 'other', 100],
    ['lapsed', unresolved, 'mine', 100],
    ['superseded', unresolved, 'other', 100],
    ['expired', unresolved, 'mine', 1],
    ['released', free, 'mine', 100],
    ['expired', free, 'mine', 1],
    ['none', undefined, undefined, 100],
    ['none', undefined, undefined, undefined],
    ['expired', undefined, undefined, 1],
  ] as const)('%s', (claim, before, attemptId, endsAt) => {
    expect(claimStanding(before, attemptId, endsAt, 50)).toBe(claim);
  });
});

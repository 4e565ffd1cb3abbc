/** Cases: one admission buys one order, whatever it is called by. */
import assert from 'node:assert/strict';
import type { Admission } from '../admission/admission.js';
import type { CompletionOutcome } from '../ledger/ledger.js';
import type { Row, RowStateName } from '../ledger/row.js';
import type { Bench, Cases } from './bench.js';
import { ADMISSION, another, LEASE_MS, OF_TRIPLE, refusedBy, regrant, TIMELESS } from './bench.js';

function orderIn(outcome: CompletionOutcome, expected: 'recorded' | 'same' | 'used'): string {
  assert.equal(outcome.outcome, expected);
  return outcome.row.order.orderId;
}

async function recordedOver(bench: Bench, state: RowStateName | undefined): Promise<Row> {
  const before = await bench.ledger.find(ADMISSION.id);
  assert.equal(before?.state, state);
  const outcome = await bench.complete();
  assert.equal(outcome.outcome, 'recorded');
  assert.deepEqual(outcome.before, before);
  const row = await bench.rowIn('ordered');
  assert.deepEqual(outcome.row, row);
  assert.equal(row.order.completedAt, bench.clock.now());
  assert.deepEqual(row.delivery, { attempts: 0, nextAttemptAt: bench.clock.now() });
  return row;
}

export const completionCases: Cases = {
  'no row: recorded all the same': async (bench) => {
    const row = await recordedOver(bench, undefined);
    assert.deepEqual(row.admission, ADMISSION);
    assert.equal(row.attempts, 0);
    assert.equal(row.usesUpBefore, undefined);
  },
  'only the admission itself is kept of a richer object': async (bench) => {
    const { signal } = new AbortController();
    await bench.complete('order-1', { ...ADMISSION, signal } as Admission);
    assert.deepEqual((await bench.row()).admission, ADMISSION);
  },
  'an active row: recorded, and its token and session stay known': async (bench) => {
    await bench.claimed();
    const row = await recordedOver(bench, 'active');
    assert.equal(row.tokenHash, 'token of admission-1');
    assert.equal(row.sidHash, 'session-1');
    assert.equal(row.attempts, 1);
  },
  'a released row: recorded': async (bench) => {
    await bench.settled({ to: 'free' });
    await recordedOver(bench, 'free');
  },
  'a pending row: recorded': async (bench) => {
    await bench.pending();
    await recordedOver(bench, 'pending');
  },
  'a row whose lease is over: recorded, seen as unresolved before': async (bench) => {
    await bench.claimed();
    await bench.clock.advance(LEASE_MS);
    await recordedOver(bench, 'unresolved');
  },
  'an attempt that lost its claim: recorded over the one that has it': async (bench) => {
    const first = await bench.pending();
    await bench.claimed();
    const outcome = await bench.ledger.complete({
      target: { by: 'admission', admission: ADMISSION },
      order: { orderId: 'order-1' },
      attemptId: first.attemptId,
    });
    assert.equal(orderIn(outcome, 'recorded'), 'order-1');
    await bench.rowIn('ordered');
  },
  'all of the order is kept': async (bench) => {
    const order = {
      orderId: 'order-1',
      amount: '129.00',
      currency: 'EUR',
      metadata: { gift: true, lines: [1] },
    };
    await bench.ledger.complete({ target: { by: 'admission', admission: ADMISSION }, order });
    assert.deepEqual((await bench.rowIn('ordered')).order, { ...order, completedAt: bench.clock.now() });
  },
  'the same order again: same, and nothing is written': async (bench) => {
    await bench.complete();
    const before = await bench.row();
    await bench.clock.advance(1_000);
    assert.equal(orderIn(await bench.complete(), 'same'), 'order-1');
    assert.deepEqual(await bench.row(), before);
  },
  'another order: used, with the first one': async (bench) => {
    await bench.complete();
    assert.equal(orderIn(await bench.complete('order-2'), 'used'), 'order-1');
    assert.equal((await bench.rowIn('ordered')).order.orderId, 'order-1');
  },
  'delivered and dead rows know their order too': async (bench) => {
    await bench.dead(another(2));
    assert.equal(orderIn(await bench.complete('order-2', another(2)), 'used'), 'order-1');
    await bench.complete();
    await bench.ledger.settleDelivery(ADMISSION.id, (await bench.taken()).leaseId, { to: 'delivered' });
    assert.equal(orderIn(await bench.complete(), 'same'), 'order-1');
    assert.equal(orderIn(await bench.complete('order-2'), 'used'), 'order-1');
    await bench.rowIn('delivered');
  },
  'fifty orders at once: exactly one is recorded, and all others name it': async (bench) => {
    await bench.claimed();
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => bench.complete(`order-${index}`)),
    );
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'recorded').length, 1);
    const winner = (await bench.rowIn('ordered')).order.orderId;
    for (const outcome of outcomes) assert.ok('row' in outcome && outcome.row.order.orderId === winner);
  },
  'fifty times the same order at once: recorded once': async (bench) => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => bench.complete()));
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'recorded').length, 1);
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'same').length, 49);
  },
  'by id: the row with that id': async (bench) => {
    await bench.pending();
    const target = { by: 'id', id: ADMISSION.id } as const;
    assert.equal(
      orderIn(await bench.ledger.complete({ target, order: { orderId: 'order-1' } }), 'recorded'),
      'order-1',
    );
    assert.equal(
      orderIn(await bench.ledger.complete({ target, order: { orderId: 'order-1' } }), 'same'),
      'order-1',
    );
    assert.equal(
      orderIn(await bench.ledger.complete({ target, order: { orderId: 'order-2' } }), 'used'),
      'order-1',
    );
  },
  'by id: missing when there is no such row': async (bench) => {
    const request = { target: { by: 'id', id: ADMISSION.id }, order: { orderId: 'order-1' } } as const;
    assert.deepEqual(await bench.ledger.complete(request), { outcome: 'missing' });
    assert.equal(await bench.ledger.find(ADMISSION.id), undefined);
  },
  'by triple: the only row without an order': async (bench) => {
    await bench.pending();
    const outcome = await bench.completeTriple();
    assert.equal(orderIn(outcome, 'recorded'), 'order-1');
    assert.equal((await bench.rowIn('ordered')).usesUpBefore, undefined);
    assert.equal(await bench.ledger.find(OF_TRIPLE.id), undefined);
  },
  'by triple: a row with an order does not hide the one without': async (bench) => {
    await bench.complete('order-1');
    await bench.pending({ admission: regrant('admission-2', ADMISSION.admittedAt + 1) });
    assert.equal(orderIn(await bench.completeTriple('order-2'), 'recorded'), 'order-2');
    assert.equal((await bench.rowIn('ordered', 'admission-2')).order.orderId, 'order-2');
  },
  'by triple: an order already on record is the same, whatever else is open': async (bench) => {
    await bench.complete('order-1');
    await bench.pending({ admission: regrant('admission-2', ADMISSION.admittedAt + 1) });
    assert.equal(orderIn(await bench.completeTriple('order-1'), 'same'), 'order-1');
    await bench.rowIn('pending', 'admission-2');
  },
  'by triple: several without an order are ambiguous, and nothing is written': async (bench) => {
    await bench.pending();
    await bench.settled({ to: 'free' }, { admission: regrant('admission-2', 1) });
    assert.deepEqual(await bench.completeTriple(), { outcome: 'ambiguous' });
    await bench.rowIn('pending');
    await bench.rowIn('free', 'admission-2');
  },
  'by triple: only rows with orders: used, by the latest': async (bench) => {
    await bench.complete('order-1');
    await bench.clock.advance(1_000);
    await bench.complete('order-2', regrant('admission-0', 1));
    assert.equal(orderIn(await bench.completeTriple('order-3'), 'used'), 'order-2');
    assert.equal(await bench.ledger.find(OF_TRIPLE.id), undefined);
  },
  'by triple: no row at all: one is made that uses up what was granted before': async (bench) => {
    assert.equal(orderIn(await bench.completeTriple(), 'recorded'), 'order-1');
    const row = await bench.rowIn('ordered', OF_TRIPLE.id);
    assert.equal(row.usesUpBefore, bench.clock.now());
    assert.equal(row.tokenHash, undefined);
    assert.equal(orderIn(await bench.completeTriple(), 'same'), 'order-1');
    assert.equal(orderIn(await bench.completeTriple('order-2'), 'used'), 'order-1');
  },
  'a used-up triple refuses claims of admissions granted before, or at an unknown time': async (bench) => {
    await bench.completeTriple();
    const usesUpBefore = bench.clock.now();
    for (const admission of [ADMISSION, TIMELESS, regrant('admission-3', usesUpBefore)]) {
      const row = refusedBy(await bench.claim({ admission, takeUnresolved: true }));
      assert.equal(row.admission.id, OF_TRIPLE.id);
    }
    const later = regrant('admission-4', usesUpBefore + 1);
    assert.equal((await bench.claim({ admission: later })).outcome, 'claimed');
  },
  'a used-up triple refuses nobody else': async (bench) => {
    await bench.completeTriple();
    const others = [
      another(2),
      { ...ADMISSION, id: 'admission-3', distributionId: 'queue_2' },
      { ...ADMISSION, id: 'admission-4', distributionType: 'draw' as const },
    ];
    for (const admission of others) {
      assert.equal((await bench.claim({ admission })).outcome, 'claimed');
    }
  },
  'a used-up triple answers for the orders of admissions granted before': async (bench) => {
    await bench.completeTriple('order-1');
    assert.equal(orderIn(await bench.complete('order-1'), 'same'), 'order-1');
    assert.equal(orderIn(await bench.complete('order-2'), 'used'), 'order-1');
    assert.equal(await bench.ledger.find(ADMISSION.id), undefined);
    const later = regrant('admission-4', bench.clock.now() + 1);
    assert.equal(orderIn(await bench.complete('order-2', later), 'recorded'), 'order-2');
  },
  'a claim and an order at once: never an order that is lost': async (bench) => {
    await Promise.all([bench.claim(), bench.complete(), bench.claim()]);
    assert.equal((await bench.rowIn('ordered')).order.orderId, 'order-1');
  },
};

/** Cases: completions are handed out one sender at a time, the most urgent first, and settled by whoever has them. */
import assert from 'node:assert/strict';
import type { Bench, Cases } from './bench.js';
import { ADMISSION, another, HOUR_MS, LEASE_MS, TIMELESS } from './bench.js';

async function takenIds(bench: Bench, limit = 10): Promise<string[]> {
  return (await bench.ledger.takeDue(limit, LEASE_MS)).map(({ row }) => row.admission.id);
}

export const deliveryCases: Cases = {
  'nothing is due without an order': async (bench) => {
    await bench.claimed();
    await bench.pending({ admission: another(2) });
    assert.deepEqual(await takenIds(bench), []);
  },
  'an order is due at once, and leased to whoever took it': async (bench) => {
    await bench.complete();
    const { row, leaseId, takenAt } = await bench.taken();
    assert.equal(takenAt, bench.clock.now());
    assert.deepEqual(row.delivery.lease, { id: leaseId, until: takenAt + LEASE_MS });
    assert.equal(row.order.orderId, 'order-1');
    assert.deepEqual(await bench.rowIn('ordered'), row);
  },
  'a leased completion is nobody else’s until the lease is over': async (bench) => {
    await bench.complete();
    const first = await bench.taken();
    await bench.clock.advance(LEASE_MS - 1);
    assert.deepEqual(await takenIds(bench), []);
    await bench.clock.advance(1);
    const second = await bench.taken();
    assert.notEqual(second.leaseId, first.leaseId);
  },
  'twenty senders at once: each completion goes to one of them': async (bench) => {
    for (let number = 1; number <= 10; number += 1) {
      await bench.complete(`order-${number}`, another(number));
    }
    const taken = await Promise.all(Array.from({ length: 20 }, () => bench.ledger.takeDue(3, LEASE_MS)));
    const ids = taken.flat().map(({ row }) => row.admission.id);
    assert.equal(ids.length, 10);
    assert.equal(new Set(ids).size, 10);
    assert.equal(new Set(taken.flat().map(({ leaseId }) => leaseId)).size, 10);
  },
  'no more than asked for': async (bench) => {
    for (const number of [1, 2, 3]) await bench.complete('order', another(number));
    assert.equal((await takenIds(bench, 2)).length, 2);
    assert.deepEqual(await takenIds(bench, 0), []);
    assert.deepEqual(await takenIds(bench, -1), []);
    assert.equal((await takenIds(bench, 2)).length, 1);
  },
  'nearest end first, unknown ends last, then the oldest order': async (bench) => {
    const end = bench.clock.now() + HOUR_MS;
    await bench.complete('order', TIMELESS);
    await bench.complete('order', another(3, { expiresAt: end }));
    await bench.clock.advance(1);
    await bench.complete('order', another(2, { expiresAt: end }));
    await bench.complete('order', another(4, { expiresAt: end - 1 }));
    assert.deepEqual(await takenIds(bench, 3), ['admission-4', 'admission-3', 'admission-2']);
    assert.deepEqual(await takenIds(bench), ['admission-1']);
  },
  'delivered: the order stays, the delivery is over': async (bench) => {
    await bench.complete();
    const { leaseId } = await bench.taken();
    await bench.clock.advance(500);
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'delivered' }), true);
    const row = await bench.rowIn('delivered');
    assert.equal(row.deliveredAt, bench.clock.now());
    assert.equal(row.order.orderId, 'order-1');
    await bench.clock.advance(LEASE_MS);
    assert.deepEqual(await takenIds(bench), []);
  },
  'to be tried again: due at its time, with what was learnt, without the lease': async (bench) => {
    await bench.complete();
    const { row, leaseId } = await bench.taken();
    const nextAttemptAt = bench.clock.now() + 5_000;
    const learnt = { attempts: 1, nextAttemptAt, lastStatus: 503, lastReason: 'HTTP 503' };
    const outcome = { to: 'ordered', delivery: { ...row.delivery, ...learnt } } as const;
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, leaseId, outcome), true);
    assert.deepEqual((await bench.rowIn('ordered')).delivery, learnt);
    await bench.clock.advance(4_999);
    assert.deepEqual(await takenIds(bench), []);
    await bench.clock.advance(1);
    assert.equal((await bench.taken()).row.delivery.attempts, 1);
  },
  'dead: kept with its reason, never due': async (bench) => {
    await bench.dead();
    const row = await bench.rowIn('dead');
    assert.equal(row.delivery.lastReason, 'refused');
    assert.equal(row.delivery.lease, undefined);
    await bench.clock.advance(LEASE_MS);
    assert.deepEqual(await takenIds(bench), []);
  },
  'a wrong lease settles nothing': async (bench) => {
    await bench.complete();
    await bench.taken();
    const before = await bench.row();
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, 'wrong', { to: 'delivered' }), false);
    assert.equal(await bench.ledger.settleDelivery('admission-0', 'wrong', { to: 'delivered' }), false);
    assert.deepEqual(await bench.row(), before);
  },
  'a lease that somebody else has taken over settles nothing': async (bench) => {
    await bench.complete();
    const first = await bench.taken();
    await bench.clock.advance(LEASE_MS);
    const second = await bench.taken();
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, first.leaseId, { to: 'delivered' }), false);
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, second.leaseId, { to: 'delivered' }), true);
  },
  'a late word still counts while nobody else has taken the completion': async (bench) => {
    await bench.complete();
    const { leaseId } = await bench.taken();
    await bench.clock.advance(LEASE_MS * 2);
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'delivered' }), true);
  },
  'a lease settles once': async (bench) => {
    await bench.complete();
    const { leaseId } = await bench.taken();
    const delivery = { attempts: 1, nextAttemptAt: bench.clock.now() };
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'ordered', delivery }), true);
    assert.equal(await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'delivered' }), false);
    await bench.rowIn('ordered');
  },
  'a dead completion can be put back on the schedule': async (bench) => {
    await bench.dead();
    const delivery = { attempts: 0, nextAttemptAt: bench.clock.now() + 1_000 };
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), true);
    assert.deepEqual((await bench.rowIn('ordered')).delivery, delivery);
    assert.deepEqual(await takenIds(bench), []);
    await bench.clock.advance(1_000);
    assert.deepEqual(await takenIds(bench), ['admission-1']);
  },
  'a waiting completion can be rescheduled, a leased one cannot': async (bench) => {
    await bench.complete();
    const delivery = { attempts: 4, nextAttemptAt: bench.clock.now() };
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), true);
    await bench.taken();
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), false);
    await bench.clock.advance(LEASE_MS);
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), true);
    assert.deepEqual((await bench.rowIn('ordered')).delivery, delivery);
  },
  'nothing else can be rescheduled': async (bench) => {
    const delivery = { attempts: 0, nextAttemptAt: 0 };
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), false);
    await bench.claimed();
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), false);
    await bench.complete();
    await bench.ledger.settleDelivery(ADMISSION.id, (await bench.taken()).leaseId, { to: 'delivered' });
    assert.equal(await bench.ledger.reschedule(ADMISSION.id, delivery), false);
    await bench.rowIn('delivered');
  },
  'take: this very completion, before its time too': async (bench) => {
    await bench.complete();
    const nextAttemptAt = bench.clock.now() + HOUR_MS;
    await bench.ledger.reschedule(ADMISSION.id, { attempts: 3, nextAttemptAt });
    const taken = await bench.ledger.take(ADMISSION.id, LEASE_MS);
    assert.equal(taken?.takenAt, bench.clock.now());
    assert.deepEqual(taken.row.delivery, {
      attempts: 3,
      nextAttemptAt,
      lease: { id: taken.leaseId, until: bench.clock.now() + LEASE_MS },
    });
    assert.deepEqual(await bench.rowIn('ordered'), taken.row);
  },
  'take: not while somebody sends it': async (bench) => {
    await bench.complete();
    await bench.taken();
    assert.equal(await bench.ledger.take(ADMISSION.id, LEASE_MS), undefined);
    await bench.clock.advance(LEASE_MS);
    assert.equal((await bench.ledger.take(ADMISSION.id, LEASE_MS))?.row.delivery.crashes, 1);
  },
  'take: nothing that is not waiting to be sent': async (bench) => {
    assert.equal(await bench.ledger.take(ADMISSION.id, LEASE_MS), undefined);
    await bench.claimed();
    assert.equal(await bench.ledger.take(ADMISSION.id, LEASE_MS), undefined);
    await bench.dead(another(2));
    assert.equal(await bench.ledger.take('admission-2', LEASE_MS), undefined);
    await bench.complete();
    await bench.ledger.settleDelivery(ADMISSION.id, (await bench.taken()).leaseId, { to: 'delivered' });
    assert.equal(await bench.ledger.take(ADMISSION.id, LEASE_MS), undefined);
  },
  'twenty takers of one completion: one has it': async (bench) => {
    await bench.complete();
    const takers = Array.from({ length: 20 }, () => bench.ledger.take(ADMISSION.id, LEASE_MS));
    assert.equal((await Promise.all(takers)).filter((taken) => taken !== undefined).length, 1);
  },
  'a lease nobody settled counts as a crash, each time': async (bench) => {
    await bench.complete();
    assert.equal((await bench.taken()).row.delivery.crashes, undefined);
    for (const crashes of [1, 2, 3]) {
      await bench.clock.advance(LEASE_MS);
      assert.equal((await bench.taken()).row.delivery.crashes, crashes);
    }
  },
  'an attempt that was settled ends the crashes': async (bench) => {
    await bench.complete();
    await bench.taken();
    await bench.clock.advance(LEASE_MS);
    const { leaseId } = await bench.taken();
    const delivery = { attempts: 1, nextAttemptAt: bench.clock.now() };
    await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'ordered', delivery });
    assert.equal((await bench.taken()).row.delivery.crashes, undefined);
  },
  'crashes stay with a completion that is given up': async (bench) => {
    await bench.complete();
    const { leaseId } = await bench.taken();
    const delivery = { attempts: 0, nextAttemptAt: bench.clock.now(), crashes: 5 };
    await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'dead', delivery });
    assert.equal((await bench.rowIn('dead')).delivery.crashes, 5);
  },
  'discard: a dead completion is given up for good': async (bench) => {
    await bench.dead();
    await bench.clock.advance(1_000);
    assert.equal(await bench.ledger.discard(ADMISSION.id), true);
    const row = await bench.rowIn('discarded');
    assert.equal(row.discardedAt, bench.clock.now());
    assert.equal(row.order.orderId, 'order-1');
    assert.equal((await bench.complete('order-2')).outcome, 'used');
    assert.deepEqual(await takenIds(bench), []);
  },
  'discard: nothing but a dead completion': async (bench) => {
    assert.equal(await bench.ledger.discard(ADMISSION.id), false);
    await bench.claimed();
    assert.equal(await bench.ledger.discard(ADMISSION.id), false);
    await bench.dead(another(2));
    await bench.complete();
    assert.equal(await bench.ledger.discard(ADMISSION.id), false);
    await bench.rowIn('ordered');
    await bench.ledger.discard('admission-2');
    assert.equal(await bench.ledger.discard('admission-2'), false);
    assert.equal(await bench.ledger.reschedule('admission-2', { attempts: 0, nextAttemptAt: 0 }), false);
  },
};

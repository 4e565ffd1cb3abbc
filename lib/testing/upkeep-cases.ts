/** Cases: listing, purging, opening and closing, and what a caller's own objects can do to the record. */
import assert from 'node:assert/strict';
import type { RowQuery } from '../ledger/ledger.js';
import type { RowStateName } from '../ledger/row.js';
import type { Bench, Cases } from './bench.js';
import { ADMISSION, another, DAY_MS, LEASE_MS, PENDING_MS, regrant, TIMELESS } from './bench.js';

const ALL: readonly RowStateName[] = [
  'free',
  'active',
  'pending',
  'unresolved',
  'ordered',
  'delivered',
  'dead',
  'discarded',
];

async function listed(
  bench: Bench,
  states: readonly RowStateName[],
  more: Partial<Pick<RowQuery, 'olderThanMs' | 'limit'>> = {},
): Promise<string[]> {
  const rows = await bench.ledger.list({ states, limit: 10, ...more });
  return rows.map(({ admission }) => admission.id);
}

/** One row in each state an engine can bring about by itself. */
async function oneOfEach(bench: Bench): Promise<void> {
  await bench.dead(another(1));
  await bench.complete('order', another(2));
  await bench.ledger.settleDelivery('admission-2', (await bench.taken()).leaseId, { to: 'delivered' });
  await bench.complete('order', another(3));
  await bench.settled({ to: 'unresolved' }, { admission: another(4) });
  await bench.pending({ admission: another(5) });
  await bench.claimed({ admission: another(6) });
  await bench.settled({ to: 'free' }, { admission: another(7) });
}

export const upkeepCases: Cases = {
  'the rows of three ids are found without their times': async (bench) => {
    assert.deepEqual(await bench.ledger.rowsOf(ADMISSION), []);
    await bench.complete('order-1');
    await bench.claimed({ admission: regrant('later', ADMISSION.admittedAt + 1), tokenHash: 'another' });
    await bench.claimed({ admission: another(2), tokenHash: 'a third' });
    await bench.clock.advance(LEASE_MS);
    const rows = await bench.ledger.rowsOf(ADMISSION);
    assert.deepEqual(
      rows.map(({ admission, state }) => [admission.id, state]).sort(),
      [
        [ADMISSION.id, 'ordered'],
        ['later', 'unresolved'],
      ].sort(),
    );
  },
  'list: exactly the states asked for': async (bench) => {
    await oneOfEach(bench);
    assert.deepEqual(await listed(bench, ['dead']), ['admission-1']);
    assert.deepEqual(await listed(bench, ['delivered']), ['admission-2']);
    assert.deepEqual(await listed(bench, ['ordered']), ['admission-3']);
    assert.deepEqual(await listed(bench, ['unresolved']), ['admission-4']);
    assert.deepEqual(await listed(bench, ['pending']), ['admission-5']);
    assert.deepEqual(await listed(bench, ['active']), ['admission-6']);
    assert.deepEqual(await listed(bench, ['free']), ['admission-7']);
    assert.deepEqual(await listed(bench, []), []);
    assert.equal((await listed(bench, ALL)).length, 7);
  },
  'list: what has lapsed is unresolved, and nothing else any more': async (bench) => {
    await bench.claimed();
    await bench.clock.advance(1);
    await bench.pending({ admission: another(2) });
    await bench.clock.advance(PENDING_MS);
    assert.deepEqual(await listed(bench, ['active', 'pending']), []);
    assert.deepEqual(await listed(bench, ['unresolved']), ['admission-1', 'admission-2']);
    assert.deepEqual(await listed(bench, ALL), ['admission-1', 'admission-2']);
    await bench.settled({ to: 'unresolved' }, { admission: another(3) });
    assert.deepEqual(await listed(bench, ['unresolved'], { limit: 2 }), ['admission-1', 'admission-2']);
  },
  'list: the oldest first, at most so many': async (bench) => {
    for (const number of [3, 2, 1, 3]) {
      await bench.settled({ to: 'free' }, { admission: another(number) });
      await bench.clock.advance(1_000);
    }
    assert.deepEqual(await listed(bench, ['free']), ['admission-2', 'admission-1', 'admission-3']);
    assert.deepEqual(await listed(bench, ['free'], { limit: 2 }), ['admission-2', 'admission-1']);
    assert.deepEqual(await bench.ledger.list({ states: ALL, limit: 0 }), []);
    assert.deepEqual(await bench.ledger.list({ states: ALL, limit: -1 }), []);
  },
  'list: the oldest first, across all states': async (bench) => {
    await bench.claimed({ admission: another(1) });
    await bench.clock.advance(1_000);
    await bench.settled({ to: 'free' }, { admission: another(2) });
    await bench.clock.advance(1_000);
    await bench.claimed({ admission: another(3) });
    await bench.clock.advance(1_000);
    await bench.complete('order', another(4));
    const oldestFirst = ['admission-1', 'admission-2', 'admission-3', 'admission-4'];
    assert.deepEqual(await listed(bench, ['ordered', 'free', 'active']), oldestFirst);
  },
  'list: unresolved rows age from when they lapsed': async (bench) => {
    await bench.claimed();
    await bench.clock.advance(LEASE_MS + 999);
    assert.deepEqual(await listed(bench, ['unresolved'], { olderThanMs: 1_000 }), []);
    await bench.clock.advance(1);
    assert.deepEqual(await listed(bench, ['unresolved'], { olderThanMs: 1_000 }), ['admission-1']);
  },
  'list: ordered rows age from their order, whatever the delivery did since': async (bench) => {
    await bench.complete();
    await bench.clock.advance(1_000);
    await bench.taken();
    assert.deepEqual(await listed(bench, ['ordered'], { olderThanMs: 1_001 }), []);
    assert.deepEqual(await listed(bench, ['ordered'], { olderThanMs: 1_000 }), ['admission-1']);
  },
  'list: other rows age from their last change': async (bench) => {
    const holder = await bench.claimed();
    await bench.clock.advance(1_000);
    await bench.ledger.renew(holder, LEASE_MS);
    assert.deepEqual(await listed(bench, ['active'], { olderThanMs: 1 }), []);
    await bench.clock.advance(1);
    assert.deepEqual(await listed(bench, ['active'], { olderThanMs: 1 }), ['admission-1']);
  },
  'purge: a free row goes 24 hours after the end of its admission': async (bench) => {
    await bench.settled({ to: 'free' });
    await bench.clock.advance(ADMISSION.expiresAt + DAY_MS - bench.clock.now() - 1);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.purge(), 1);
    assert.equal(await bench.ledger.find(ADMISSION.id), undefined);
  },
  'purge: a free row without an end goes 24 hours after its last change': async (bench) => {
    await bench.settled({ to: 'free' }, { admission: TIMELESS });
    await bench.clock.advance(DAY_MS - 1);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.purge(), 1);
  },
  'purge: what a purged row held is free again': async (bench) => {
    await bench.settled({ to: 'free' }, { tokenHash: 'one' });
    await bench.clock.advance(3 * DAY_MS);
    await bench.ledger.purge();
    assert.equal((await bench.claim({ admission: another(2), tokenHash: 'one' })).outcome, 'claimed');
    const outcome = await bench.claim();
    assert.equal(outcome.outcome === 'claimed' && outcome.attempt.number, 1);
  },
  'purge: delivered rows go after 400 days': async (bench) => {
    await bench.complete();
    await bench.ledger.settleDelivery(ADMISSION.id, (await bench.taken()).leaseId, { to: 'delivered' });
    await bench.clock.advance(400 * DAY_MS - 1);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.purge(), 1);
  },
  'purge: discarded rows go 400 days after their order': async (bench) => {
    await bench.dead();
    await bench.clock.advance(1_000);
    await bench.ledger.discard(ADMISSION.id);
    await bench.clock.advance(400 * DAY_MS - 1_001);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.purge(), 1);
  },
  'purge: what Fanfare has not heard of stays for good': async (bench) => {
    await bench.dead(another(2));
    await bench.complete();
    await bench.clock.advance(1_000 * DAY_MS);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.rowIn('ordered');
    await bench.rowIn('dead', 'admission-2');
  },
  'purge: an open attempt may have an order, so it stays as long as one that has': async (bench) => {
    await bench.claimed();
    await bench.clock.advance(LEASE_MS + 400 * DAY_MS - 1);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.rowIn('unresolved');
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.purge(), 1);
  },
  'purge: all that may go, and nothing else': async (bench) => {
    for (let number = 1; number <= 20; number += 1) {
      await bench.settled({ to: 'free' }, { admission: another(number) });
    }
    await bench.claimed({ admission: another(21) });
    await bench.clock.advance(3 * DAY_MS);
    assert.equal(await bench.ledger.purge(), 20);
    assert.equal(await bench.ledger.purge(), 0);
    await bench.rowIn('unresolved', 'admission-21');
  },
  'changing what was handed in or out does not change the record': async (bench) => {
    const admission = { ...ADMISSION };
    const metadata = { gift: true };
    await bench.claimed({ admission });
    await bench.ledger.complete({
      target: { by: 'admission', admission },
      order: { orderId: 'order-1', metadata },
    });
    const before = JSON.stringify(await bench.row());
    const row = await bench.rowIn('ordered');
    for (const part of [admission, metadata, row, row.admission, row.order, row.delivery]) {
      // A frozen part refuses, which is as good.
      Reflect.set(part, 'gift', 'forged');
      Reflect.set(part, 'orderId', 'forged');
      Reflect.set(part, 'consumerId', 'forged');
    }
    assert.equal(JSON.stringify(await bench.row()), before);
  },
  'metadata is kept to the letter': async (bench) => {
    const metadata = {
      empty: [],
      none: null,
      deep: { list: [[], {}], big: 1e21, small: 0.1, text: 'ü\u0000"🎺', ['__proto__']: { own: true } },
    };
    await bench.ledger.complete({
      target: { by: 'admission', admission: ADMISSION },
      order: { orderId: 'order-1', metadata },
    });
    assert.deepEqual((await bench.taken()).row.order.metadata, metadata);
    assert.deepEqual((await bench.rowIn('ordered')).order.metadata, metadata);
  },
  'open may be called again and again': async (bench) => {
    assert.ok(Array.isArray(await bench.ledger.open()));
    await bench.claimed();
    await bench.ledger.open();
    await bench.rowIn('active');
  },
  'after close every method rejects, and close itself does not': async (bench) => {
    const holder = await bench.claimed();
    const { ledger } = bench;
    await ledger.close();
    await ledger.close();
    const delivery = { attempts: 0, nextAttemptAt: 0 };
    const calls: (() => Promise<unknown>)[] = [
      () => ledger.open(),
      () => ledger.find(ADMISSION.id),
      () => bench.claim(),
      () => ledger.renew(holder, LEASE_MS),
      () => ledger.defer(holder, 'pay'),
      () => ledger.settle(holder, { to: 'free' }),
      () => bench.complete(),
      () => ledger.takeDue(1, LEASE_MS),
      () => ledger.take(ADMISSION.id, LEASE_MS),
      () => ledger.settleDelivery(ADMISSION.id, 'lease', { to: 'delivered' }),
      () => ledger.reschedule(ADMISSION.id, delivery),
      () => ledger.discard(ADMISSION.id),
      () => ledger.lead({ owner: 'one', leaseMs: LEASE_MS }),
      () => ledger.list({ states: ALL, limit: 1 }),
      () => ledger.purge(),
      () => ledger.addNote({ kind: 'winner', key: 'key', value: '', until: 1 }),
      () => ledger.findNote('winner', 'key'),
      () => ledger.useNote('winner', 'key', 1),
      () => ledger.openNotes('winner', 1),
      () => ledger.finishNote('winner', 'key'),
      () => ledger.deny(ADMISSION, { deniedAt: 1, until: 1 }),
    ];
    for (const call of calls) await assert.rejects(call);
  },
};

/** Cases: counting rows, and finding those of an order or a consumer. */
import assert from 'node:assert/strict';
import type { SearchKey } from '../ledger/overview.js';
import type { RowStateName } from '../ledger/row.js';
import type { Bench, Cases } from './bench.js';
import { another, DAY_MS, LEASE_MS, regrant } from './bench.js';

const STATES: readonly RowStateName[] = ['free', 'active', 'pending', 'unresolved', 'ordered', 'dead'];

async function found(bench: Bench, key: SearchKey, limit = 10): Promise<string[]> {
  const rows = await bench.ledger.search(key, limit);
  return rows.map(({ admission }) => admission.id);
}

export const overviewCases: Cases = {
  'count: exactly the states asked for, and 0 of what is not there': async (bench) => {
    await bench.dead(another(1));
    await bench.complete('order-2', another(2));
    await bench.complete('order-3', another(3));
    await bench.claimed({ admission: another(4) });
    await bench.pending({ admission: another(5) });
    await bench.settled({ to: 'free' }, { admission: another(6) });
    const counts = { free: 1, active: 1, pending: 1, unresolved: 0, ordered: 2, dead: 1 };
    assert.deepEqual(await bench.ledger.count({ states: STATES }), counts);
    assert.deepEqual(await bench.ledger.count({ states: ['dead', 'delivered'] }), { dead: 1, delivered: 0 });
    assert.deepEqual(await bench.ledger.count({ states: [] }), {});
  },
  'count: what has lapsed is unresolved, and nothing else any more': async (bench) => {
    await bench.claimed({ admission: another(1) });
    await bench.claimed({ admission: another(2), leaseMs: 2 * LEASE_MS });
    await bench.settled({ to: 'unresolved' }, { admission: another(3) });
    await bench.clock.advance(LEASE_MS);
    const states = ['active', 'unresolved'] as const;
    assert.deepEqual(await bench.ledger.count({ states }), { active: 1, unresolved: 2 });
    const newerThanMs = 1;
    assert.deepEqual(await bench.ledger.count({ states, newerThanMs }), { active: 0, unresolved: 1 });
  },
  'count: only what came to where it is less than so long ago': async (bench) => {
    await bench.complete('order-1', another(1));
    await bench.clock.advance(1_000);
    await bench.complete('order-2', another(2));
    await bench.clock.advance(1_000);
    const ordered = async (newerThanMs: number): Promise<unknown> =>
      (await bench.ledger.count({ states: ['ordered'], newerThanMs })).ordered;
    assert.deepEqual(await Promise.all([1_000, 1_001, 2_000, 2_001].map(ordered)), [0, 1, 1, 2]);
  },
  'countOrders: by when the order was recorded, whatever has become of it since': async (bench) => {
    await bench.dead(another(1));
    await bench.complete('order-2', another(2));
    await bench.clock.advance(1_000);
    await bench.complete('order-3', another(3));
    await bench.complete('order-3', another(3));
    await bench.claimed({ admission: another(4) });
    await bench.clock.advance(1_000);
    const taken = await bench.ledger.take('admission-2', 1_000);
    await bench.ledger.settleDelivery('admission-2', taken!.leaseId, { to: 'delivered' });
    const orders = (newerThanMs: number): Promise<number> => bench.ledger.countOrders(newerThanMs);
    assert.deepEqual(await Promise.all([0, 1_000, 1_001, 2_000, 2_001].map(orders)), [0, 0, 1, 1, 3]);
    assert.equal(await bench.ledger.discard('admission-1'), true);
    await bench.clock.advance(400 * DAY_MS);
    await bench.ledger.purge();
    assert.equal(await orders(401 * DAY_MS), 1);
  },
  'search: the row of an order, in whatever state': async (bench) => {
    await bench.complete('order-1', another(1));
    await bench.complete('order-2', another(2));
    assert.deepEqual(await found(bench, { orderId: 'order-1' }), ['admission-1']);
    assert.deepEqual(await found(bench, { orderId: 'order' }), []);
    await bench.ledger.settleDelivery('admission-1', (await bench.ledger.takeDue(1, 1_000))[0]!.leaseId, {
      to: 'delivered',
    });
    const [row] = await bench.ledger.search({ orderId: 'order-1' }, 1);
    assert.equal(row?.state, 'delivered');
  },
  'search: an order that used several admissions, the newest first': async (bench) => {
    for (const number of [2, 1, 3]) {
      await bench.complete('one order, "two" lines: 1', another(number));
      if (number !== 1) await bench.clock.advance(1_000);
    }
    const ids = ['admission-3', 'admission-1', 'admission-2'];
    assert.deepEqual(await found(bench, { orderId: 'one order, "two" lines: 1' }), ids);
    assert.deepEqual(await found(bench, { orderId: 'one order, "two" lines: 1' }, 2), ids.slice(0, 2));
    assert.deepEqual(await found(bench, { orderId: 'one order, "two" lines: 1' }, 0), []);
  },
  'search: all that a consumer has, as it stands now, and nobody else’s': async (bench) => {
    await bench.claimed({ admission: regrant('one', 1) });
    await bench.complete('order-2', regrant('two', 2));
    await bench.claimed({ admission: another(9) });
    await bench.clock.advance(LEASE_MS);
    const rows = await bench.ledger.search({ consumerId: 'cons_1' }, 10);
    assert.deepEqual(
      rows.map(({ admission, state }) => [admission.id, state]),
      [
        ['two', 'ordered'],
        ['one', 'unresolved'],
      ],
    );
    assert.deepEqual(await found(bench, { consumerId: 'order-2' }), []);
  },
  'search: what was purged is not found any more': async (bench) => {
    await bench.settled({ to: 'free' }, { admission: another(1) });
    await bench.clock.advance(10 * 24 * 3_600_000);
    assert.equal(await bench.ledger.purge(), 1);
    assert.deepEqual(await found(bench, { consumerId: 'cons_1' }), []);
  },
};

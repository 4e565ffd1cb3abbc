/** Cases: the background work has one process at a time, and what it knew goes on to the next. */
import assert from 'node:assert/strict';
import type { Lead } from '../ledger/ledger.js';
import type { Bench, Cases } from './bench.js';
import { LEASE_MS } from './bench.js';

function lead(bench: Bench, owner: string, memo?: string): Promise<Lead> {
  return bench.ledger.lead({ owner, leaseMs: LEASE_MS, ...(memo === undefined ? {} : { memo }) });
}

export const leadCases: Cases = {
  'the first to ask leads, nobody else until the lease is over': async (bench) => {
    assert.deepEqual(await lead(bench, 'one'), { leads: true });
    assert.deepEqual(await lead(bench, 'other'), { leads: false });
    await bench.clock.advance(LEASE_MS - 1);
    assert.deepEqual(await lead(bench, 'other'), { leads: false });
    await bench.clock.advance(1);
    assert.deepEqual(await lead(bench, 'other'), { leads: true });
    assert.deepEqual(await lead(bench, 'one'), { leads: false });
  },
  'who leads keeps the lead by asking again': async (bench) => {
    await lead(bench, 'one');
    await bench.clock.advance(LEASE_MS - 1);
    assert.deepEqual(await lead(bench, 'one'), { leads: true });
    await bench.clock.advance(LEASE_MS - 1);
    assert.deepEqual(await lead(bench, 'other'), { leads: false });
  },
  'who gives the lead up makes room at once': async (bench) => {
    await lead(bench, 'one');
    assert.deepEqual(await bench.ledger.lead({ owner: 'one', leaseMs: 0 }), { leads: true });
    assert.deepEqual(await lead(bench, 'other'), { leads: true });
  },
  'nobody gives up what is another’s': async (bench) => {
    await lead(bench, 'one');
    assert.deepEqual(await bench.ledger.lead({ owner: 'other', leaseMs: 0 }), { leads: false });
    assert.deepEqual(await lead(bench, 'third'), { leads: false });
  },
  'the lead of a clock that was ahead is free once the clock is set right': async (bench) => {
    await lead(bench, 'one', 'known');
    await bench.clock.advance(-LEASE_MS - 1);
    assert.deepEqual(await bench.ledger.lead({ owner: 'other', leaseMs: 0 }), { leads: false });
    assert.deepEqual(await lead(bench, 'other'), { leads: true, memo: 'known' });
    assert.deepEqual(await lead(bench, 'one'), { leads: false });
  },
  'a clock that was set back by no more than a lease takes the lead from nobody': async (bench) => {
    await lead(bench, 'one');
    await bench.clock.advance(-LEASE_MS);
    assert.deepEqual(await lead(bench, 'other'), { leads: false });
    assert.deepEqual(await lead(bench, 'one'), { leads: true });
  },
  'the memo goes on to whoever leads next, and is nobody else’s to read or write': async (bench) => {
    const memo = JSON.stringify({ text: 'ü "quoted" \\ 🎺', list: [], number: 1.5 });
    assert.deepEqual(await lead(bench, 'one', memo), { leads: true, memo });
    assert.deepEqual(await lead(bench, 'other', 'forged'), { leads: false });
    assert.deepEqual(await lead(bench, 'one'), { leads: true, memo });
    await bench.clock.advance(LEASE_MS);
    assert.deepEqual(await lead(bench, 'other'), { leads: true, memo });
    assert.deepEqual(await lead(bench, 'other', 'newer'), { leads: true, memo: 'newer' });
  },
  'a long memo is kept whole': async (bench) => {
    const memo = 'x'.repeat(65_536);
    await lead(bench, 'one', memo);
    assert.deepEqual(await lead(bench, 'one'), { leads: true, memo });
  },
  'twenty at once: one leads': async (bench) => {
    const asked = Array.from({ length: 20 }, (_, number) => lead(bench, `process-${number}`));
    assert.equal((await Promise.all(asked)).filter(({ leads }) => leads).length, 1);
  },
};

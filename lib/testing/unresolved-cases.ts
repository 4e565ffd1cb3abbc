/** Cases: who frees an attempt because nobody had heard of it must not free one that has been heard of since. */
import assert from 'node:assert/strict';
import type { AttemptOutcome, Holder } from '../ledger/ledger.js';
import type { Bench, Cases } from './bench.js';
import { LEASE_MS, PENDING_MS } from './bench.js';

/** What somebody who has just found the row unresolved will ask for. */
async function asFound(bench: Bench): Promise<AttemptOutcome> {
  return { to: 'free', unresolvedSince: (await bench.rowIn('unresolved')).since };
}

async function stays(bench: Bench, holder: Holder, outcome: AttemptOutcome): Promise<void> {
  const before = await bench.row();
  assert.equal(await bench.ledger.settle(holder, outcome), false);
  assert.deepEqual(await bench.row(), before);
}

async function lapsed(bench: Bench): Promise<Holder> {
  const holder = await bench.claimed();
  await bench.clock.advance(LEASE_MS);
  return holder;
}

export const unresolvedCases: Cases = {
  'freed as it was found: an attempt past its lease': async (bench) => {
    const holder = await lapsed(bench);
    const outcome = await asFound(bench);
    await bench.clock.advance(9_000);
    assert.equal(await bench.ledger.settle(holder, outcome), true);
    await bench.rowIn('free');
    assert.equal((await bench.claim()).outcome, 'claimed');
  },
  'freed as it was found: an attempt past its pending time': async (bench) => {
    const holder = await bench.pending();
    await bench.clock.advance(PENDING_MS);
    assert.equal(await bench.ledger.settle(holder, await asFound(bench)), true);
    await bench.rowIn('free');
  },
  'freed as it was found: an attempt that was left unresolved': async (bench) => {
    const holder = await bench.settled({ to: 'unresolved' });
    const outcome = await asFound(bench);
    await bench.clock.advance(9_000);
    await bench.ledger.defer(holder, 'pay_1');
    assert.equal(await bench.ledger.settle(holder, outcome), true);
    await bench.rowIn('free');
  },
  'not freed: an attempt that was renewed since, nor when it has lapsed again': async (bench) => {
    const holder = await lapsed(bench);
    const outcome = await asFound(bench);
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), true);
    await stays(bench, holder, outcome);
    await bench.clock.advance(LEASE_MS);
    await bench.rowIn('unresolved');
    await stays(bench, holder, outcome);
  },
  'not freed: an attempt that came back and waits for its payment': async (bench) => {
    const holder = await lapsed(bench);
    const outcome = await asFound(bench);
    await bench.ledger.settle(holder, { to: 'pending', pendingMs: PENDING_MS });
    await stays(bench, holder, outcome);
  },
  'not freed: an attempt whose time is not over yet': async (bench) => {
    const holder = await bench.claimed();
    const { leaseUntil } = await bench.rowIn('active');
    await stays(bench, holder, { to: 'free', unresolvedSince: leaseUntil });
    await bench.ledger.settle(holder, { to: 'pending', pendingMs: PENDING_MS });
    const { pendingUntil } = await bench.rowIn('pending');
    await stays(bench, holder, { to: 'free', unresolvedSince: pendingUntil });
  },
};

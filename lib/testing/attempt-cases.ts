/** Cases: what the holder of a claim can do with it, and what nobody else can. */
import assert from 'node:assert/strict';
import type { Bench, Cases } from './bench.js';
import { ADMISSION, LEASE_MS, PENDING_MS } from './bench.js';

const STRANGER = { admissionId: ADMISSION.id, attemptId: 'attempt of a stranger' };
const NOWHERE = { admissionId: 'admission-0', attemptId: 'attempt 1 of admission-1' };

async function superseded(bench: Bench): Promise<{ admissionId: string; attemptId: string }> {
  const first = await bench.pending();
  await bench.claimed();
  return first;
}

export const attemptCases: Cases = {
  'renew extends the lease from now': async (bench) => {
    const holder = await bench.claimed();
    await bench.clock.advance(LEASE_MS - 1);
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), true);
    assert.equal((await bench.rowIn('active')).leaseUntil, bench.clock.now() + LEASE_MS);
  },
  'a late renewal that finds its own attempt in place makes it active again': async (bench) => {
    const holder = await bench.claimed();
    await bench.clock.advance(LEASE_MS * 3);
    await bench.rowIn('unresolved');
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), true);
    assert.equal((await bench.rowIn('active')).leaseUntil, bench.clock.now() + LEASE_MS);
    assert.equal((await bench.claim({ takeUnresolved: true })).outcome, 'refused');
  },
  'a late renewal that finds another attempt fails and changes nothing': async (bench) => {
    const holder = await bench.claimed();
    await bench.clock.advance(LEASE_MS);
    await bench.claimed({ takeUnresolved: true });
    const before = await bench.row();
    await bench.clock.advance(1);
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), false);
    assert.deepEqual(await bench.row(), before);
  },
  'renew fails for a stranger, for no row, and for every state but active': async (bench) => {
    const holder = await bench.claimed();
    assert.equal(await bench.ledger.renew(STRANGER, LEASE_MS), false);
    assert.equal(await bench.ledger.renew(NOWHERE, LEASE_MS), false);
    await bench.ledger.settle(holder, { to: 'pending', pendingMs: PENDING_MS });
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), false);
    await bench.ledger.settle(holder, { to: 'unresolved' });
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), false);
    await bench.ledger.settle(holder, { to: 'free' });
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), false);
  },
  'renew fails once an order is recorded': async (bench) => {
    const holder = await bench.claimed();
    await bench.complete();
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), false);
    await bench.rowIn('ordered');
  },
  'defer keeps the reference and leaves the lease as it is': async (bench) => {
    const holder = await bench.claimed();
    const { leaseUntil } = await bench.rowIn('active');
    await bench.clock.advance(1_000);
    assert.equal(await bench.ledger.defer(holder, 'pay_1'), true);
    const row = await bench.rowIn('active');
    assert.equal(row.attempt.reference, 'pay_1');
    assert.equal(row.leaseUntil, leaseUntil);
  },
  'the reference outlives pending, lapse and a second defer': async (bench) => {
    const holder = await bench.claimed();
    await bench.ledger.defer(holder, 'pay_1');
    await bench.ledger.settle(holder, { to: 'pending', pendingMs: PENDING_MS });
    assert.equal((await bench.rowIn('pending')).attempt.reference, 'pay_1');
    assert.equal(await bench.ledger.defer(holder, 'pay_2'), true);
    await bench.clock.advance(PENDING_MS);
    assert.equal((await bench.rowIn('unresolved')).attempt.reference, 'pay_2');
    assert.equal(await bench.ledger.defer(holder, 'pay_3'), true);
    assert.equal((await bench.rowIn('unresolved')).attempt.reference, 'pay_3');
  },
  'defer fails for a stranger, for no row, when free, superseded or ordered': async (bench) => {
    const first = await superseded(bench);
    assert.equal(await bench.ledger.defer(first, 'pay'), false);
    assert.equal(await bench.ledger.defer(STRANGER, 'pay'), false);
    assert.equal(await bench.ledger.defer(NOWHERE, 'pay'), false);
    const second = { admissionId: ADMISSION.id, attemptId: 'attempt 2 of admission-1' };
    await bench.ledger.settle(second, { to: 'free' });
    assert.equal(await bench.ledger.defer(second, 'pay'), false);
    await bench.complete();
    assert.equal(await bench.ledger.defer(second, 'pay'), false);
  },
  'active to free': async (bench) => {
    const holder = await bench.claimed();
    assert.equal(await bench.ledger.settle(holder, { to: 'free' }), true);
    const row = await bench.rowIn('free');
    assert.equal('attempt' in row, false);
    assert.equal(row.attempts, 1);
  },
  'active to pending, for so long from now': async (bench) => {
    await bench.pending();
    assert.equal((await bench.rowIn('pending')).pendingUntil, bench.clock.now() + PENDING_MS);
  },
  'pending never lasts longer than it may': async (bench) => {
    const notAfter = bench.clock.now() + 1_000;
    await bench.settled({ to: 'pending', pendingMs: PENDING_MS, notAfter });
    assert.equal((await bench.rowIn('pending')).pendingUntil, notAfter);
    await bench.clock.advance(1_000);
    assert.equal((await bench.rowIn('unresolved')).since, notAfter);
  },
  'active to unresolved, since now': async (bench) => {
    await bench.settled({ to: 'unresolved' });
    assert.equal((await bench.rowIn('unresolved')).since, bench.clock.now());
  },
  'pending to free': async (bench) => {
    const holder = await bench.pending();
    assert.equal(await bench.ledger.settle(holder, { to: 'free' }), true);
    await bench.rowIn('free');
  },
  'lapsed to free: what findOrder decided': async (bench) => {
    const holder = await bench.claimed();
    await bench.clock.advance(LEASE_MS);
    assert.equal(await bench.ledger.settle(holder, { to: 'free' }), true);
    await bench.rowIn('free');
    assert.equal((await bench.claim()).outcome, 'claimed');
  },
  'lapsed to pending: the answer was only late': async (bench) => {
    const holder = await bench.claimed();
    await bench.clock.advance(LEASE_MS);
    assert.equal(await bench.ledger.settle(holder, { to: 'pending', pendingMs: PENDING_MS }), true);
    await bench.rowIn('pending');
  },
  'unresolved stays so since the first time': async (bench) => {
    const holder = await bench.claimed();
    const since = bench.clock.now() + LEASE_MS;
    await bench.clock.advance(LEASE_MS + 9_000);
    assert.equal(await bench.ledger.settle(holder, { to: 'unresolved' }), true);
    assert.equal((await bench.rowIn('unresolved')).since, since);
  },
  'settle fails for a stranger, for no row, and after another attempt took over': async (bench) => {
    const first = await superseded(bench);
    const before = await bench.row();
    for (const holder of [first, STRANGER, NOWHERE]) {
      assert.equal(await bench.ledger.settle(holder, { to: 'free' }), false);
    }
    assert.deepEqual(await bench.row(), before);
    assert.equal(await bench.ledger.find(NOWHERE.admissionId), undefined);
  },
  'settle fails when the attempt is over already': async (bench) => {
    const holder = await bench.settled({ to: 'free' });
    assert.equal(await bench.ledger.settle(holder, { to: 'unresolved' }), false);
    await bench.rowIn('free');
  },
  'once an order is recorded nothing releases it': async (bench) => {
    const holder = await bench.claimed();
    await bench.complete();
    assert.equal(await bench.ledger.settle(holder, { to: 'free' }), false);
    assert.equal(await bench.ledger.settle(holder, { to: 'pending', pendingMs: PENDING_MS }), false);
    await bench.rowIn('ordered');
  },
};

/** Cases: who gets the claim, and who is told that somebody else has it. */
import assert from 'node:assert/strict';
import type { Cases } from './bench.js';
import { ADMISSION, another, LEASE_MS, PENDING_MS, refusedBy, regrant, TIMELESS } from './bench.js';

export const claimCases: Cases = {
  'no row: the first attempt becomes active': async (bench) => {
    const outcome = await bench.claim();
    assert.deepEqual(outcome, {
      outcome: 'claimed',
      attempt: {
        number: 1,
        id: 'attempt 1 of admission-1',
        owner: 'process-1',
        startedAt: bench.clock.now(),
      },
    });
    const row = await bench.rowIn('active');
    assert.equal(row.leaseUntil, bench.clock.now() + LEASE_MS);
    assert.deepEqual(row.admission, ADMISSION);
    assert.equal(row.tokenHash, 'token of admission-1');
    assert.equal(row.sidHash, 'session-1');
    assert.equal(row.attempts, 1);
    assert.equal(row.createdAt, bench.clock.now());
  },
  'an admission nobody claimed has no row': async (bench) => {
    assert.equal(await bench.ledger.find('admission-1'), undefined);
  },
  'a refused claim writes nothing': async (bench) => {
    await bench.claimed();
    const before = await bench.row();
    await bench.clock.advance(1_000);
    assert.deepEqual(refusedBy(await bench.claim()), before);
    assert.deepEqual(await bench.row(), before);
  },
  'free: the next attempt counts on': async (bench) => {
    await bench.settled({ to: 'free' });
    await bench.clock.advance(1_000);
    const outcome = await bench.claim({ sidHash: 'session-2' });
    assert.equal(outcome.outcome === 'claimed' && outcome.attempt.number, 2);
    assert.equal('took' in outcome, false);
    const row = await bench.rowIn('active');
    assert.equal(row.attempts, 2);
    assert.equal(row.sidHash, 'session-2');
    assert.equal(row.updatedAt, row.createdAt + 1_000);
  },
  'active: refused, even to its own session': async (bench) => {
    await bench.claimed();
    assert.equal(refusedBy(await bench.claim({ takeUnresolved: true })).state, 'active');
  },
  'active one millisecond before the end of its lease: refused': async (bench) => {
    await bench.claimed();
    await bench.clock.advance(LEASE_MS - 1);
    assert.equal(refusedBy(await bench.claim({ takeUnresolved: true })).state, 'active');
  },
  'active past its lease reads as unresolved since then': async (bench) => {
    await bench.claimed();
    const end = bench.clock.now() + LEASE_MS;
    await bench.clock.advance(LEASE_MS + 5_000);
    const row = await bench.rowIn('unresolved');
    assert.equal(row.since, end);
    assert.equal(row.updatedAt, row.createdAt);
    assert.equal(refusedBy(await bench.claim()).state, 'unresolved');
  },
  'pending: the same session supersedes it and is told which attempt it took': async (bench) => {
    const first = await bench.pending();
    await bench.ledger.defer(first, 'pay_1');
    const outcome = await bench.claim();
    assert.equal(outcome.outcome, 'claimed');
    assert.deepEqual('took' in outcome && outcome.took, {
      from: 'pending',
      attempt: {
        number: 1,
        id: first.attemptId,
        owner: 'process-1',
        startedAt: bench.clock.now(),
        reference: 'pay_1',
      },
    });
    const { attempt } = await bench.rowIn('active');
    assert.equal(attempt.number, 2);
    assert.equal(attempt.reference, undefined);
  },
  'pending: the same session without leave to supersede is refused': async (bench) => {
    await bench.pending();
    assert.equal(refusedBy(await bench.claim({ supersede: false })).state, 'pending');
  },
  'pending: another session is refused': async (bench) => {
    await bench.pending();
    assert.equal(refusedBy(await bench.claim({ sidHash: 'session-2' })).state, 'pending');
    assert.equal((await bench.row()).sidHash, 'session-1');
  },
  'pending past its time reads as unresolved since then': async (bench) => {
    await bench.pending();
    const end = bench.clock.now() + PENDING_MS;
    await bench.clock.advance(PENDING_MS);
    assert.equal((await bench.rowIn('unresolved')).since, end);
    assert.equal(refusedBy(await bench.claim()).state, 'unresolved');
  },
  'unresolved: taken when that is allowed, by any session': async (bench) => {
    const first = await bench.claimed();
    await bench.clock.advance(LEASE_MS);
    const outcome = await bench.claim({ takeUnresolved: true, sidHash: 'session-2' });
    assert.equal(outcome.outcome === 'claimed' && outcome.took?.from, 'unresolved');
    assert.equal(outcome.outcome === 'claimed' && outcome.took?.attempt.id, first.attemptId);
    assert.equal((await bench.rowIn('active')).attempt.number, 2);
  },
  'unresolved by decision: refused unless it may be taken': async (bench) => {
    await bench.settled({ to: 'unresolved' });
    assert.equal(refusedBy(await bench.claim()).state, 'unresolved');
    assert.equal((await bench.claim({ takeUnresolved: true })).outcome, 'claimed');
  },
  'ordered: refused with the order': async (bench) => {
    await bench.complete();
    const row = refusedBy(await bench.claim({ takeUnresolved: true }));
    assert.equal(row.state === 'ordered' && row.order.orderId, 'order-1');
  },
  'delivered: refused': async (bench) => {
    await bench.complete();
    const { leaseId } = await bench.taken();
    await bench.ledger.settleDelivery(ADMISSION.id, leaseId, { to: 'delivered' });
    assert.equal(refusedBy(await bench.claim({ takeUnresolved: true })).state, 'delivered');
  },
  'dead: refused': async (bench) => {
    await bench.dead();
    assert.equal(refusedBy(await bench.claim({ takeUnresolved: true })).state, 'dead');
  },
  'fifty claims at once: exactly one wins': async (bench) => {
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => bench.claim()));
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'claimed').length, 1);
    assert.equal((await bench.rowIn('active')).attempt.number, 1);
  },
  'fifty claims at once on a pending attempt: exactly one supersedes it': async (bench) => {
    await bench.pending();
    const outcomes = await Promise.all(Array.from({ length: 50 }, () => bench.claim()));
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'claimed').length, 1);
    assert.equal((await bench.rowIn('active')).attempt.number, 2);
  },
  'fifty admissions at once with one token: exactly one wins': async (bench) => {
    const outcomes = await Promise.all(
      Array.from({ length: 50 }, (_, index) => bench.claim({ admission: another(index), tokenHash: 'one' })),
    );
    assert.equal(outcomes.filter(({ outcome }) => outcome === 'claimed').length, 1);
  },
  'another row holds the token: refused with that row': async (bench) => {
    await bench.claimed({ tokenHash: 'one' });
    const refused = refusedBy(await bench.claim({ admission: another(2), tokenHash: 'one' }));
    assert.equal(refused.admission.id, 'admission-1');
    assert.equal(await bench.ledger.find('admission-2'), undefined);
  },
  'a free row still holds its token': async (bench) => {
    await bench.settled({ to: 'free' }, { tokenHash: 'one' });
    const refused = refusedBy(await bench.claim({ admission: another(2), tokenHash: 'one' }));
    assert.equal(refused.admission.id, 'admission-1');
  },
  'the token of the first claim is kept, and a second one does not claim its place': async (bench) => {
    await bench.settled({ to: 'free' }, { tokenHash: 'one' });
    await bench.settled({ to: 'free' }, { tokenHash: 'two' });
    assert.equal((await bench.row()).tokenHash, 'one');
    assert.equal((await bench.claim({ admission: another(2), tokenHash: 'two' })).outcome, 'claimed');
  },
  'an order in the way is named before a claim in the way': async (bench) => {
    await bench.claimed({ admission: another(2), tokenHash: 'one' });
    await bench.ledger.complete({ target: { by: 'id', id: 'admission-2' }, order: { orderId: 'order-2' } });
    await bench.claimed();
    assert.equal(refusedBy(await bench.claim({ tokenHash: 'one' })).admission.id, 'admission-2');
  },
  'a new claim fills in what was not known': async (bench) => {
    await bench.settled({ to: 'free' }, { admission: TIMELESS });
    await bench.settled({ to: 'free' }, { admission: { ...ADMISSION, experienceId: 'exp_1' } });
    assert.deepEqual((await bench.row()).admission, { ...ADMISSION, experienceId: 'exp_1' });
    await bench.claimed({ admission: TIMELESS });
    assert.deepEqual((await bench.row()).admission, { ...ADMISSION, experienceId: 'exp_1' });
  },
  'a new claim may shorten the time, never lengthen it': async (bench) => {
    const end = ADMISSION.expiresAt;
    await bench.settled({ to: 'free' });
    await bench.settled({ to: 'free' }, { admission: { ...ADMISSION, expiresAt: end + 1 } });
    assert.equal((await bench.row()).admission.expiresAt, end);
    await bench.claimed({ admission: { ...ADMISSION, expiresAt: end - 1 } });
    assert.equal((await bench.row()).admission.expiresAt, end - 1);
  },
  'two admissions of one consumer to one distribution do not disturb each other': async (bench) => {
    await bench.claimed();
    assert.equal((await bench.claim({ admission: regrant('admission-2', 1) })).outcome, 'claimed');
  },
  'only the admission itself is kept of a richer object': async (bench) => {
    const { signal } = new AbortController();
    const richer = { ...ADMISSION, validatedAt: 1, attempt: { number: 1, id: 'a', signal } };
    await bench.claimed({ admission: richer });
    assert.deepEqual((await bench.row()).admission, ADMISSION);
  },
};

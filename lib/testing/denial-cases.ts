/** Cases: a consumer who was denied claims nothing any more, and loses nothing that has begun. */
import assert from 'node:assert/strict';
import { denialKey } from '../ledger/note.js';
import type { Bench, Cases } from './bench.js';
import { ADMISSION, another, HOUR_MS, LEASE_MS, refusedBy, regrant, TIMELESS } from './bench.js';

const GRANTED = ADMISSION.admittedAt;

function deny(bench: Bench, deniedAt: number, until = bench.clock.now() + HOUR_MS): Promise<void> {
  return bench.ledger.deny(ADMISSION, { deniedAt, until });
}

async function answer(bench: Bench, admission: Parameters<typeof denialKey>[0] = ADMISSION): Promise<string> {
  return (await bench.claim({ admission: { ...ADMISSION, ...admission } })).outcome;
}

export const denialCases: Cases = {
  'an admission granted up to the denial cannot be claimed, and no row is made': async (bench) => {
    await deny(bench, GRANTED);
    assert.equal(await answer(bench), 'denied');
    assert.equal(await bench.ledger.find(ADMISSION.id), undefined);
  },
  'one granted afterwards can': async (bench) => {
    await deny(bench, GRANTED - 1);
    assert.equal(await answer(bench), 'claimed');
  },
  'one of unknown time cannot, unless the ledger knows better': async (bench) => {
    await deny(bench, GRANTED - 1);
    assert.equal((await bench.claim({ admission: TIMELESS })).outcome, 'denied');
    await bench.settled({ to: 'free' });
    assert.equal((await bench.claim({ admission: TIMELESS })).outcome, 'claimed');
  },
  'other consumers, distributions and types are not concerned': async (bench) => {
    await deny(bench, GRANTED);
    assert.equal((await bench.claim({ admission: another(2) })).outcome, 'claimed');
    for (const [id, changes] of [
      ['other-queue', { distributionId: 'queue_2' }],
      ['other-type', { distributionType: 'draw' as const }],
    ] as const) {
      assert.equal((await bench.claim({ admission: { ...ADMISSION, id, ...changes } })).outcome, 'claimed');
    }
  },
  'past its time a denial is forgotten': async (bench) => {
    await deny(bench, GRANTED, bench.clock.now() + 10);
    await bench.clock.advance(9);
    assert.equal(await answer(bench), 'denied');
    await bench.clock.advance(1);
    assert.equal(await answer(bench), 'claimed');
  },
  'told again, the later time of each counts': async (bench) => {
    await deny(bench, GRANTED, bench.clock.now() + 10);
    await deny(bench, GRANTED - 1, bench.clock.now() + 20);
    await deny(bench, GRANTED - 2, bench.clock.now() + 5);
    await bench.clock.advance(19);
    assert.equal(await answer(bench), 'denied');
    await bench.clock.advance(1);
    assert.equal(await answer(bench), 'claimed');
  },
  'a running attempt goes on, and a new one is denied': async (bench) => {
    const holder = await bench.claimed();
    await deny(bench, GRANTED);
    assert.equal(await bench.ledger.renew(holder, LEASE_MS), true);
    assert.equal(refusedBy(await bench.claim()).state, 'active');
    assert.equal(await bench.ledger.settle(holder, { to: 'free' }), true);
    assert.equal(await answer(bench), 'denied');
    assert.equal((await bench.row()).attempts, 1);
  },
  'a pending attempt is not superseded any more, and stays': async (bench) => {
    await bench.pending();
    await deny(bench, GRANTED);
    assert.equal(await answer(bench), 'denied');
    await bench.rowIn('pending');
  },
  'the shortest of what is known about an admission decides, as its row has it': async (bench) => {
    await bench.settled({ to: 'free' });
    await deny(bench, GRANTED);
    const later = { ...ADMISSION, admittedAt: GRANTED + 1_000 };
    assert.equal((await bench.claim({ admission: later })).outcome, 'denied');
    assert.equal((await bench.claim({ admission: regrant('again', GRANTED + 1) })).outcome, 'claimed');
  },
  'an order is recorded all the same, and is the last word': async (bench) => {
    await deny(bench, GRANTED);
    assert.equal((await bench.complete()).outcome, 'recorded');
    assert.equal(refusedBy(await bench.claim()).state, 'ordered');
    assert.equal((await bench.completeTriple('order-2')).outcome, 'used');
  },
  'the denial is a note for whoever holds the claim': async (bench) => {
    await deny(bench, GRANTED);
    const { value, kind } = (await bench.ledger.findNote('denied', denialKey(ADMISSION))) ?? {};
    assert.deepEqual({ value, kind }, { value: String(GRANTED), kind: 'denied' });
  },
  'fifty claims while the denial arrives: all before it or none after it': async (bench) => {
    const claims = Array.from({ length: 50 }, (_, number) =>
      bench.claim({ admission: regrant(`admission-${number}`, GRANTED - number) }),
    );
    await deny(bench, GRANTED);
    const outcomes = (await Promise.all(claims)).map(({ outcome }) => outcome);
    assert.equal(
      outcomes.every((outcome) => outcome === 'claimed' || outcome === 'denied'),
      true,
    );
    assert.equal((await bench.claim({ admission: regrant('late', GRANTED) })).outcome, 'denied');
  },
};

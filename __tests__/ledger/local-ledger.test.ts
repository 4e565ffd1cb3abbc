import { memoryLedger } from '../../lib/ledger/memory.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { ManualClock } from '../support/manual-clock.js';

const MANY = 1_100;

it.each([
  ['memory', (clock: ManualClock) => memoryLedger({ clock })],
  ['sqlite', (clock: ManualClock) => sqliteLedger({ file: ':memory:', clock })],
])('%s: purges more than one batch, and lets others run in between', async (_engine, make) => {
  const clock = new ManualClock();
  const ledger = make(clock);
  for (let number = 0; number < MANY; number += 1) {
    const id = `admission-${number}`;
    await ledger.claim({
      admission: { id, consumerId: id, distributionId: 'queue_1', distributionType: 'queue' },
      tokenHash: id,
      sidHash: 'session-1',
      attemptId: id,
      owner: 'process-1',
      leaseMs: 1_000,
      supersede: false,
      takeUnresolved: false,
    });
    await ledger.settle({ admissionId: id, attemptId: id }, { to: 'free' });
  }
  await clock.advance(2 * 86_400_000);
  const purging = ledger.purge();
  let left: number | undefined;
  setImmediate(() => {
    void ledger.list({ states: ['free'], limit: MANY }).then((rows) => (left = rows.length));
  });
  expect(await purging).toBe(MANY);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThan(MANY);
  expect(await ledger.list({ states: ['free'], limit: 1 })).toEqual([]);
  await ledger.close();
});

import { memoryLedger } from '../../lib/ledger/memory.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { Bench } from '../../lib/testing/bench.js';
import { denialCases } from '../../lib/testing/denial-cases.js';
import { noteCases } from '../../lib/testing/note-cases.js';
import { ManualClock } from '../support/manual-clock.js';

describe.each([
  ['memory', (clock: ManualClock) => memoryLedger({ clock })],
  ['sqlite', (clock: ManualClock) => sqliteLedger({ file: ':memory:', clock })],
])('%s', (_engine, make) => {
  it.each(Object.entries({ ...noteCases, ...denialCases }))('%s', async (_title, holds) => {
    const clock = new ManualClock();
    const ledger = make(clock);
    await holds(new Bench(ledger, clock));
    await ledger.close();
  });
});

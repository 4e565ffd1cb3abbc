import fc from 'fast-check';
import type { Row } from '../../lib/ledger/row.js';
import { isUsed } from '../../lib/ledger/row.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import type { Command } from './play.js';
import { ADMISSIONS, onMemory, playsAlike, sequences } from './play.js';

describe('any sequence of steps', () => {
  it('never gives one admission two orders, and never takes an order back', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const play = onMemory();
        let before = await play.rows();
        for (const given of commands) {
          await play.run(given);
          const after = await play.rows();
          if (given.do !== 'purge') expectOrdersKept(before, after);
          before = after;
        }
      }),
      { numRuns: 300 },
    ));

  it('never has two attempts at once: a claim goes only where no lease is alive', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const play = onMemory();
        for (const given of commands) {
          const before = await play.rows();
          const outcome = (await play.run(given)) as { outcome?: string };
          if (given.do !== 'claim' || outcome.outcome !== 'claimed') continue;
          expectClaimable(before[ADMISSIONS.indexOf(given.admission)], given);
        }
      }),
      { numRuns: 300 },
    ));

  it('never lets two rows hold one token', () =>
    fc.assert(
      fc.asyncProperty(sequences, async (commands) => {
        const play = onMemory();
        for (const given of commands) {
          await play.run(given);
          const hashes = (await play.rows()).flatMap((row) => row?.tokenHash ?? []);
          expect(new Set(hashes).size).toBe(hashes.length);
        }
      }),
      { numRuns: 200 },
    ));

  it('comes out the same in memory and in SQLite', () =>
    fc.assert(
      fc.asyncProperty(sequences, (commands) =>
        playsAlike(commands, (clock) => sqliteLedger({ file: ':memory:', clock })),
      ),
      { numRuns: 200 },
    ));
});

function expectOrdersKept(before: readonly (Row | undefined)[], after: readonly (Row | undefined)[]): void {
  for (const [index, row] of before.entries()) {
    if (row === undefined || !isUsed(row)) continue;
    const now = after[index];
    expect(now !== undefined && isUsed(now) ? now.order : undefined).toEqual(row.order);
  }
}

function expectClaimable(row: Row | undefined, given: Extract<Command, { do: 'claim' }>): void {
  if (row === undefined || row.state === 'free') return;
  if (row.state === 'pending') expect([given.supersede, row.sidHash]).toEqual([true, given.sid]);
  else expect([row.state, given.takeUnresolved]).toEqual(['unresolved', true]);
}

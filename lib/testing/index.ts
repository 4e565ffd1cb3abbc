/** `express-fanfare/testing`: a Fanfare for your own tests, and the contract of the ledger for your own engine. */
import assert from 'node:assert/strict';
import { attemptCases } from './attempt-cases.js';
import type { Cases, LedgerUnderTest, MakeLedger } from './bench.js';
import { ADMISSION, Bench } from './bench.js';
import { claimCases } from './claim-cases.js';
import { completionCases } from './completion-cases.js';
import { deliveryCases } from './delivery-cases.js';
import { denialCases } from './denial-cases.js';
import { leadCases } from './lead-cases.js';
import { ManualClock } from './manual-clock.js';
import { noteCases } from './note-cases.js';
import { overviewCases } from './overview-cases.js';
import { unresolvedCases } from './unresolved-cases.js';
import { upkeepCases } from './upkeep-cases.js';

export type { LedgerUnderTest, MakeLedger } from './bench.js';
export { ManualClock } from './manual-clock.js';
export type { AdmittingFanfare, CookieAgent } from './admitted.js';
export type { SoughtOrder } from './expect-completed.js';
export { signedWebhook } from './signed-webhook.js';
export type { SignedWebhook, WebhookScheme, WebhookToSign } from './signed-webhook.js';
export { TestClock } from './test-clock.js';
export { testFanfare } from './test-fanfare.js';
export type { FanfareTestOptions, TestFanfare, TestFanfareOptions } from './test-fanfare.js';

/** The two functions the suite needs of a test runner; Jest, Vitest, Mocha and `node:test` have them. */
export interface Runner {
  readonly describe: (title: string, body: () => void) => unknown;
  readonly it: (title: string, body: () => Promise<void>) => unknown;
}

const GROUPS: Readonly<Record<string, Cases>> = {
  claim: claimCases,
  attempt: attemptCases,
  unresolved: unresolvedCases,
  complete: completionCases,
  delivery: deliveryCases,
  lead: leadCases,
  upkeep: upkeepCases,
  overview: overviewCases,
  notes: noteCases,
  denial: denialCases,
};

/**
 * Declares the contract of the ledger port as a suite called `name`. Each case gets a fresh, empty ledger from
 * `makeLedger`, which must take its time from the `clock` it is handed; the suite moves that clock. The ledger is closed
 * after its case, then `cleanup` runs.
 *
 * ```ts
 * ledgerContract('my engine', ({ clock }) => ({ ledger: myLedger({ clock }) }));
 * ```
 * @param runner default: the global `describe` and `it`; with `node:test`, hand in its own
 */
export function ledgerContract(name: string, makeLedger: MakeLedger, runner: Runner = globalRunner()): void {
  runner.describe(`${name}: the ledger contract`, () => {
    for (const [group, cases] of Object.entries(GROUPS)) {
      runner.describe(group, () => {
        for (const [title, holds] of Object.entries(cases)) {
          runner.it(title, () =>
            onFreshLedger(makeLedger, ({ ledger }, clock) => holds(new Bench(ledger, clock))),
          );
        }
      });
    }
    runner.it('what was written is there after a reopening, for engines that have one', () =>
      onFreshLedger(makeLedger, keepsRows),
    );
  });
}

async function onFreshLedger(
  makeLedger: MakeLedger,
  holds: (made: LedgerUnderTest, clock: ManualClock) => Promise<void>,
): Promise<void> {
  const clock = new ManualClock();
  const made = await makeLedger({ clock });
  try {
    await holds(made, clock);
  } finally {
    await made.ledger.close();
    await made.cleanup?.();
  }
}

async function keepsRows({ ledger, reopen }: LedgerUnderTest, clock: ManualClock): Promise<void> {
  if (reopen === undefined) return;
  await new Bench(ledger, clock).complete();
  await ledger.addNote({ kind: 'winner', key: 'key', value: 'text', until: clock.now() + 1_000 });
  const note = await ledger.findNote('winner', 'key');
  const before = await ledger.find(ADMISSION.id);
  await ledger.close();
  const reopened = await reopen();
  try {
    assert.equal(before?.state, 'ordered');
    assert.equal(note?.value, 'text');
    assert.deepEqual(await reopened.find(ADMISSION.id), before);
    assert.equal((await new Bench(reopened, clock).complete('order-2')).outcome, 'used');
    assert.equal((await reopened.takeDue(1, 1_000)).length, 1);
    assert.deepEqual(await reopened.findNote('winner', 'key'), note);
  } finally {
    await reopened.close();
  }
}

function globalRunner(): Runner {
  const { describe, it } = globalThis as unknown as Partial<Runner>;
  if (describe === undefined || it === undefined) {
    throw new TypeError(
      'ledgerContract found no global "describe" and "it": hand them in as its third argument.',
    );
  }
  return { describe, it };
}

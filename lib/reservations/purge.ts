/** Holds that came to their outcome long ago are deleted, so many at a time. */
import type { Statements } from './statements.js';
import type { Step } from './step.js';

const DAY_MS = 24 * 60 * 60 * 1_000;
/** Longer than anybody asks what became of a cart. */
const GIVEN_BACK_STAYS_MS = 30 * DAY_MS;
/** As long as the ledger keeps an order: the same one may come again, and must find what it has taken. */
const SOLD_STAYS_MS = 400 * DAY_MS;
/** More than this at once would hold up the shoppers behind it. */
const BATCH = 500;

/** Returns how many it deleted. */
export function* purge(statements: Statements, now: number): Step<number> {
  const back = yield statements.purge(['released', 'expired'], now - GIVEN_BACK_STAYS_MS, BATCH);
  if (statements.sumsUp) return back.length;
  const sold = yield statements.purge(['converted'], now - SOLD_STAYS_MS, BATCH - back.length);
  return back.length + sold.length;
}

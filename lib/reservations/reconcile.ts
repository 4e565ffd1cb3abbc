/** Compares holds with the stock and with the orders in the ledger; changes nothing. */
import { compact } from '../admission/compact.js';
import type { Difference, ItemCount } from './differences.js';
import { differencesOfAdmission, differencesOfItem } from './differences.js';
import type { Hold, HoldState } from './hold.js';
import { HOLD_STATES, holdsIn } from './hold.js';
import type { Statements } from './statements.js';
import type { Rows, Step } from './step.js';
import type { SweepParts } from './sweep.js';

/** How many holds, and of how many pieces, came to each outcome; `held` have none yet. */
export type Outcomes = Readonly<Record<HoldState, { readonly holds: number; readonly quantity: number }>>;

export interface Reconciliation {
  readonly items: readonly ItemCount[];
  readonly outcomes: Outcomes;
  /** Empty when all is well. */
  readonly differences: readonly Difference[];
}

interface Look {
  readonly counts: Rows;
  readonly stock: Rows;
  readonly recent: readonly Hold[];
  readonly now: number;
}

export async function reconcile(parts: SweepParts, sinceMs: number): Promise<Reconciliation> {
  const { counts, stock, recent, now } = await parts.engine.read((at) =>
    look(parts.statements, at - sinceMs, at),
  );
  const items = itemCounts(counts, stock);
  const differences: Difference[] = items.flatMap(differencesOfItem);
  for (const [admissionId, holds] of byAdmission(recent)) {
    const row = await parts.ledger.find(admissionId);
    if (differencesOfAdmission(admissionId, holds, row, now).length > 0) {
      differences.push(...(await lookAgain(parts, admissionId)));
    }
  }
  return { items, outcomes: outcomesIn(counts), differences };
}

/** Holds and orders are not read at one time, so what moved in between looked like a difference. */
async function lookAgain(
  { engine, statements, ledger }: SweepParts,
  admissionId: string,
): Promise<readonly Difference[]> {
  const row = await ledger.find(admissionId);
  const { holds, now } = await engine.read((at) => holdsOf(statements, admissionId, at));
  return differencesOfAdmission(admissionId, holds, row, now);
}

function* holdsOf(
  statements: Statements,
  admissionId: string,
  now: number,
): Step<{ readonly holds: readonly Hold[]; readonly now: number }> {
  return { holds: holdsIn(yield statements.byAdmission(admissionId)), now };
}

function* look(statements: Statements, since: number, now: number): Step<Look> {
  const counts = yield statements.counts();
  const stock = yield statements.stockOfHeld();
  const recent = holdsIn(yield statements.heldOrSettledSince(since));
  return { counts, stock, recent, now };
}

function itemCounts(counts: Rows, stock: Rows): readonly ItemCount[] {
  const names = [...new Set(counts.map(({ item }) => item as string))].sort();
  return names.map((item) => {
    const row = stock.find((one) => one['item'] === item);
    const inState = (state: HoldState): number =>
      Number(counts.find((one) => one['item'] === item && one['state'] === state)?.['quantity'] ?? 0);
    return compact({
      item,
      available: row === undefined ? undefined : Number(row['available']),
      held: inState('held'),
      sold: inState('converted'),
      total: row?.['total'] == null ? undefined : Number(row['total']),
    });
  });
}

function outcomesIn(counts: Rows): Outcomes {
  const sum = (state: HoldState, column: 'holds' | 'quantity'): number =>
    counts.filter((one) => one['state'] === state).reduce((total, one) => total + Number(one[column]), 0);
  return Object.fromEntries(
    HOLD_STATES.map((state) => [state, { holds: sum(state, 'holds'), quantity: sum(state, 'quantity') }]),
  ) as unknown as Outcomes;
}

function byAdmission(holds: readonly Hold[]): ReadonlyMap<string, readonly Hold[]> {
  const found = new Map<string, Hold[]>();
  for (const hold of holds) found.set(hold.admissionId, [...(found.get(hold.admissionId) ?? []), hold]);
  return found;
}

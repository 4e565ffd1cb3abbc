/** What happens to holds whose time is over. */
import type { Ledger } from '../ledger/ledger.js';
import { isUsed } from '../ledger/row.js';
import { convert } from './convert.js';
import type { Engine } from './engine.js';
import type { Hold } from './hold.js';
import { openAttempt } from './leave.js';
import type { Statements } from './statements.js';
import type { Step } from './step.js';
import { expire } from './steps.js';

/** What a sweep found past its time, and did. */
export interface Sweep {
  /** Given back to the stock. */
  readonly expired: readonly Hold[];
  /** Of admissions that an order has used meanwhile, as after a crash between the order and `convert`. */
  readonly converted: readonly Hold[];
  /** Admissions with an order attempt that is active, pending or unresolved: their holds were left alone. */
  readonly waiting: readonly string[];
  /** Admissions that could not be settled, or not be asked about: left as they were, for the next sweep. */
  readonly failed: readonly { readonly admissionId: string; readonly cause: unknown }[];
  /** How many holds were deleted, since they had come to their outcome long ago. */
  readonly purged: number;
}

/** The same, before old holds are deleted. */
export type Settlement = Omit<Sweep, 'purged'>;

export interface SweepParts {
  readonly engine: Engine;
  readonly statements: Statements;
  readonly ledger: Pick<Ledger, 'find'>;
}

type Settled = Partial<Settlement>;

const PAGE = 100;

export async function sweep(parts: SweepParts): Promise<Settlement> {
  const done: Settled[] = [];
  for (let last = ''; ;) {
    const due = await parts.engine.read((now) => dueAdmissions(parts.statements, now, last));
    for (const admissionId of due) done.push(await settleOne(parts, admissionId));
    if (due.length < PAGE) return together(done);
    last = due[due.length - 1] ?? last;
  }
}

function* dueAdmissions(statements: Statements, now: number, after: string): Step<readonly string[]> {
  const rows = yield statements.due(now, after, PAGE);
  return rows.map((row) => row['admission_id'] as string);
}

/**
 * The ledger is asked outside the transaction, which cannot be too early: no attempt begins that late, since guards
 * refuse an admission past its end, and its holds last a minute longer.
 */
async function settleOne({ engine, statements, ledger }: SweepParts, admissionId: string): Promise<Settled> {
  try {
    const row = await ledger.find(admissionId);
    if (openAttempt(row) !== undefined) return { waiting: [admissionId] };
    if (row === undefined || !isUsed(row)) {
      return { expired: await engine.transact(admissionId, (now) => expire(statements, admissionId, now)) };
    }
    const all = { orderId: row.order.orderId, lines: undefined };
    const { settled } = await engine.transact(admissionId, (now) =>
      convert(statements, admissionId, all, now),
    );
    return { converted: settled };
  } catch (cause) {
    // One admission must not keep the others from being swept.
    return { failed: [{ admissionId, cause }] };
  }
}

function together(done: readonly Settled[]): Settlement {
  return {
    expired: done.flatMap(({ expired = [] }) => expired),
    converted: done.flatMap(({ converted = [] }) => converted),
    waiting: done.flatMap(({ waiting = [] }) => waiting),
    failed: done.flatMap(({ failed = [] }) => failed),
  };
}

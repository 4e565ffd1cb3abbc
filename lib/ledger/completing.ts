/** How an order is written down, as a pure step: the first one wins, and whoever comes second is told which it was. */
import type { Admission } from '../admission/admission.js';
import { bareAdmission } from '../admission/admission.js';
import type { CompletionOutcome, CompletionRequest } from './ledger.js';
import type { Row, UsedRow } from './row.js';
import { isUsed } from './row.js';
import type { RowFacts } from './standing.js';
import { inState, sameTriple, standing, usesUp } from './standing.js';
import type { Step } from './transitions.js';

type Completing = Step<CompletionOutcome>;

/**
 * Records an order.
 *
 * @param neighbours every row with the target's id or, where it is known, its triple
 */
export function complete(neighbours: readonly Row[], request: CompletionRequest, now: number): Completing {
  const rows = neighbours.map((row) => standing(row, now));
  const { target } = request;
  switch (target.by) {
    case 'id': {
      const own = rows.find((row) => row.admission.id === target.id);
      return own === undefined ? { outcome: { outcome: 'missing' } } : completeRow(own, request, now);
    }
    case 'admission':
      return completeAdmission(rows, target.admission, request, now);
    case 'triple':
      return completeTriple(rows, target.admission, request, now);
  }
}

function completeAdmission(
  rows: readonly Row[],
  admission: Admission,
  request: CompletionRequest,
  now: number,
): Completing {
  const own = rows.find((row) => row.admission.id === admission.id);
  if (own !== undefined && isUsed(own)) return repeated(own, request);
  const usedUpBy = rows.filter(isUsed).find((row) => usesUp(row, admission));
  if (usedUpBy !== undefined) return repeated(usedUpBy, request);
  return recorded(own, own ?? newRow(admission, now), request, now);
}

function completeTriple(
  rows: readonly Row[],
  admission: Admission,
  request: CompletionRequest,
  now: number,
): Completing {
  const triple = rows.filter((row) => sameTriple(row.admission, admission));
  const used = triple.filter(isUsed);
  const same = used.find((row) => row.order.orderId === request.order.orderId);
  if (same !== undefined) return repeated(same, request);
  const [open, ...more] = triple.filter((row) => !isUsed(row));
  if (more.length > 0) return { outcome: { outcome: 'ambiguous' } };
  if (open !== undefined) return recorded(open, open, request, now);
  const [latest] = used.sort((one, other) => other.order.completedAt - one.order.completedAt);
  if (latest !== undefined) return repeated(latest, request);
  return recorded(undefined, { ...newRow(admission, now), usesUpBefore: now }, request, now);
}

function completeRow(row: Row, request: CompletionRequest, now: number): Completing {
  return isUsed(row) ? repeated(row, request) : recorded(row, row, request, now);
}

function repeated(row: UsedRow, { order }: CompletionRequest): Completing {
  return { outcome: { outcome: row.order.orderId === order.orderId ? 'same' : 'used', row } };
}

function recorded(
  before: Row | undefined,
  facts: RowFacts,
  { order }: CompletionRequest,
  now: number,
): Completing {
  const row = inState(
    facts,
    {
      state: 'ordered',
      order: { ...order, completedAt: now },
      delivery: { attempts: 0, nextAttemptAt: now },
    } as const,
    now,
  );
  return { outcome: { outcome: 'recorded', row, before }, write: row };
}

function newRow(admission: Admission, now: number): RowFacts {
  return { admission: bareAdmission(admission), attempts: 0, createdAt: now, updatedAt: now };
}

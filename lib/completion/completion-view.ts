/** A completion as an operator sees it. Pure. */
import { compact } from '../admission/compact.js';
import type { DistributionType } from '../admission/identity.js';
import type { UsedRow } from '../ledger/row.js';
import { agesFrom } from '../ledger/standing.js';

export type CompletionState = UsedRow['state'];

/** An order that used an admission, and how far telling Fanfare has come. All times are milliseconds since the epoch. */
export interface Completion {
  readonly admissionId: string;
  readonly orderId: string;
  /**
   * `ordered`: Fanfare has not heard of it yet. `delivered`: it has. `dead`: not tried any more, an operator decides.
   * `discarded`: an operator gave it up.
   */
  readonly state: CompletionState;
  /** Since when it has waited: from the order on while it is `ordered`, else since it came into this state. */
  readonly since: number;
  /** When the order was recorded. */
  readonly completedAt: number;
  readonly amount?: string;
  readonly currency?: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  /** Attempts on the schedule so far; this and the next three only of `ordered` and `dead` ones. */
  readonly attempts?: number;
  /** How many senders in a row died while they sent it. */
  readonly crashes?: number;
  /** Fanfare's latest HTTP status, if it answered. */
  readonly lastStatus?: number;
  /** Why the latest attempt failed: short and safe to log. */
  readonly reason?: string;
  /** Only of `ordered` ones; 0 is at once. */
  readonly nextAttemptAt?: number;
  readonly deliveredAt?: number;
  readonly discardedAt?: number;
}

export function completionOf(row: UsedRow): Completion {
  const { id: admissionId, consumerId, distributionId, distributionType } = row.admission;
  const { orderId, amount, currency, completedAt } = row.order;
  return compact({
    ...{ admissionId, orderId, state: row.state, since: agesFrom(row), completedAt, amount, currency },
    ...{ consumerId, distributionId, distributionType },
    ...progressOf(row),
  });
}

type Progress = Pick<
  Completion,
  'attempts' | 'crashes' | 'lastStatus' | 'reason' | 'nextAttemptAt' | 'deliveredAt' | 'discardedAt'
>;

function progressOf(row: UsedRow): Progress {
  if (row.state === 'delivered') return { deliveredAt: row.deliveredAt };
  if (row.state === 'discarded') return { discardedAt: row.discardedAt };
  const { attempts, crashes = 0, lastStatus, lastReason: reason, nextAttemptAt } = row.delivery;
  return {
    ...compact({ attempts, crashes, lastStatus, reason }),
    ...(row.state === 'ordered' ? { nextAttemptAt } : {}),
  };
}

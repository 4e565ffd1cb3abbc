/** A row of the ledger as the operator's page lists it, with or without an order. Pure. */
import type { DistributionType } from '../admission/identity.js';
import { completionOf } from '../completion/completion-view.js';
import type { Row, RowStateName } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import { agesFrom } from '../ledger/standing.js';

/** A completion is one, too. Times are milliseconds since the epoch. */
export interface Entry {
  readonly admissionId: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  readonly state: RowStateName;
  readonly since: number;
  readonly orderId?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly attempts?: number;
  readonly lastStatus?: number;
  readonly reason?: string;
  readonly nextAttemptAt?: number;
}

export function entryOf(row: Row): Entry {
  if (isUsed(row)) return completionOf(row);
  const { id: admissionId, consumerId, distributionId, distributionType } = row.admission;
  const { state } = row;
  return { admissionId, consumerId, distributionId, distributionType, state, since: agesFrom(row) };
}

/** Records that an order used an admission: durably, within two seconds, and without asking Fanfare. */
import type { Order } from '../admission/order.js';
import { readOrder } from '../admission/order.js';
import { compact } from '../admission/compact.js';
import { FanfareError } from '../errors.js';
import type { OnEvent } from '../events.js';
import { type ObservedOrder, type Observer, UNOBSERVED } from '../observer.js';
import type { CompletionOutcome, CompletionTarget } from '../ledger/ledger.js';
import type { UsedRow } from '../ledger/row.js';
import { claimStanding } from './claim-standing.js';
import { takeKept, withKept } from './kept-with-order.js';
import type { LedgerParts } from './ledger-watch.js';
import { askLedger } from './ledger-watch.js';
import type { CompletedAdmission, LatePaymentPolicy } from './late-payment.js';
import { judgePayment } from './late-payment.js';

export interface CompleterParts extends LedgerParts {
  /** Called when there is something new to deliver. */
  readonly onRecorded: () => void;
  /** How long past an admission's end an order for it is still in time; default 900,000. */
  readonly orderGraceMs?: number;
  /** What becomes of an order whose payment ended later than that; default: it stands. */
  readonly latePayment?: LatePaymentPolicy;
  readonly observer?: Observer;
}

export interface CompleteOptions {
  /** The attempt that made the order. */
  readonly attemptId?: string;
  /** The merchant's open transaction, for engines that can write inside it. */
  readonly transaction?: unknown;
  readonly now: number;
  /** When the payment ended; default: when the order was recorded. */
  readonly paidAt?: number;
  /** Names what tells of the order: told by it again, the order counts as new again. */
  readonly eventId?: string;
}

export interface Completer {
  /**
   * Resolves when the order is recorded, or was before, to how its payment stands. Rejects with `ADMISSION_USED` and the winner's order id,
   * `ADMISSION_AMBIGUOUS`, `INVALID_ADMISSION_DATA` or `LEDGER_UNAVAILABLE`, after which it is safe to call again; with a
   * `TypeError` when the transaction is not one that this ledger can write in.
   */
  complete(target: CompletionTarget, order: Order, options: CompleteOptions): Promise<CompletedAdmission>;
}

export function createCompleter(parts: CompleterParts): Completer {
  const { observer = UNOBSERVED } = parts;
  return {
    async complete(target, order, { attemptId, transaction, now, paidAt, eventId }) {
      // A mistake in the call is no outage of the ledger.
      if (transaction !== undefined) parts.ledger.checkTransaction(transaction);
      const read = readOrder(order);
      for (const field of read.leftOut) leftOut(parts.emit, read.order.orderId, field);
      const attempt = attemptId === undefined ? {} : { attemptId };
      const outcome = await observer.recording(observed(target, read.order), (traceparent) => {
        const kept = withKept(read.order, compact({ traceparent, eventId }));
        const request = { target, order: kept, ...attempt };
        return askLedger(parts, unrecorded(read.order.orderId), (ledger) =>
          ledger.complete(request, transaction),
        );
      });
      if (outcome.outcome === 'recorded') announce(parts, outcome, attemptId, now);
      else if (outcome.outcome !== 'same') throw rejection(outcome);
      const isRecordedNow = outcome.outcome === 'recorded';
      const payment = { row: outcome.row, paidAt, isRecordedNow };
      const judged = await judgePayment({ orderGraceMs: 900_000, latePayment: 'honour', ...parts }, payment);
      return { ...judged, isNew: isRecordedNow || isToldBy(outcome.row, eventId) };
    },
  };
}

function isToldBy({ order }: UsedRow, eventId: string | undefined): boolean {
  return eventId !== undefined && takeKept(order).kept.eventId === eventId;
}

function observed(target: CompletionTarget, { orderId }: Order): ObservedOrder {
  if (target.by === 'triple') return { orderId };
  return { orderId, admissionId: target.by === 'id' ? target.id : target.admission.id };
}

function announce(
  { emit, onRecorded, orderGraceMs = 900_000 }: CompleterParts,
  { row, before }: Extract<CompletionOutcome, { outcome: 'recorded' }>,
  attemptId: string | undefined,
  now: number,
): void {
  const { id: admissionId, expiresAt } = row.admission;
  const endsAt = expiresAt === undefined ? undefined : expiresAt + orderGraceMs;
  const { orderId } = row.order;
  emit({
    type: 'completion.recorded',
    level: 'info',
    message: `Order ${orderId} is recorded; Fanfare will be told.`,
    admissionId,
    orderId,
    claim: claimStanding(before, attemptId, endsAt, now),
  });
  onRecorded();
}

function rejection(
  outcome: Extract<CompletionOutcome, { outcome: 'used' | 'ambiguous' | 'missing' }>,
): FanfareError {
  switch (outcome.outcome) {
    case 'used':
      return new FanfareError('ADMISSION_USED', { orderId: outcome.row.order.orderId });
    case 'ambiguous':
      return new FanfareError('ADMISSION_AMBIGUOUS');
    case 'missing':
      return new FanfareError('INVALID_ADMISSION_DATA', {
        message: 'The ledger has no row with this "id": it was never claimed here, or its row is long over',
      });
  }
}

function unrecorded(orderId: string): string {
  return `Order ${orderId} could not be recorded: the ledger cannot be asked. Call again with the same order.`;
}

function leftOut(emit: OnEvent, orderId: string, field: 'amount' | 'currency' | 'metadata'): void {
  emit({
    type: 'completion.field_left_out',
    level: 'warn',
    message: `The ${field} of order ${orderId} is malformed and was left out; the order itself is recorded.`,
    orderId,
    field,
  });
}

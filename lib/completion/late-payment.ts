/** A payment that ended after its admission, and after the grace for orders: the order is recorded, and what then? */
import type { Admission } from '../admission/admission.js';
import { bareAdmission } from '../admission/admission.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import type { UsedRow } from '../ledger/row.js';
import { within } from './time-limit.js';

const LIMIT_MS = 5_000;

/** `honour`: the order stands. `refund`: the shop gives the money back; the admission stays used either way. */
export type LateOutcome = 'honour' | 'refund';

/** Times are milliseconds since the epoch. */
export interface LatePayment {
  readonly admission: Admission;
  readonly orderId: string;
  /** When the payment ended, as far as is known. */
  readonly paidAt: number;
  /** Until when the claim covered an order: the admission's end and `orderGraceSeconds`. */
  readonly coveredUntil: number;
}

/** What becomes of late payments, the same for all or decided one by one. */
export type LatePaymentPolicy = LateOutcome | ((late: LatePayment) => LateOutcome | Promise<LateOutcome>);

/** What `completeAdmission` resolves to: the order is recorded, and this is how its payment stands. */
export interface CompletedAdmission {
  /** Whether the payment ended after the time that the claim covers. */
  readonly late: boolean;
  /** Always `honour` when it is not late. */
  readonly outcome: LateOutcome;
  /**
   * Whether this call recorded the order, or an earlier one with the same `eventId`: then what follows from an order is to
   * be done. `false`: somebody else recorded it.
   */
  readonly isNew: boolean;
}

export interface LatePaymentParts {
  readonly clock: Clock;
  readonly emit: OnEvent;
  readonly orderGraceMs: number;
  readonly latePayment: LatePaymentPolicy;
}

/** What is judged: an order on record, and the time of its payment where the merchant told it. */
export interface Payment {
  readonly row: UsedRow;
  readonly paidAt: number | undefined;
  /** False when the order was on record before: then it has been said already. */
  readonly isRecordedNow: boolean;
}

/**
 * Judges by what is on record, so that a webhook that comes again gets the same answer. Never rejects: the order exists, and
 * where the policy cannot say what becomes of it, it stands.
 */
export async function judgePayment(
  { clock, emit, orderGraceMs, latePayment }: LatePaymentParts,
  { row, paidAt = row.order.completedAt, isRecordedNow }: Payment,
): Promise<Omit<CompletedAdmission, 'isNew'>> {
  const { expiresAt } = row.admission;
  const coveredUntil = (expiresAt ?? Infinity) + orderGraceMs;
  if (paidAt <= coveredUntil) return { late: false, outcome: 'honour' };
  const late = { admission: bareAdmission(row.admission), orderId: row.order.orderId, paidAt, coveredUntil };
  const decided = await decide(latePayment, late, clock);
  if (isRecordedNow || 'cause' in decided) sayLate(emit, late, decided);
  return { late: true, outcome: decided.outcome };
}

type Decided = { readonly outcome: LateOutcome; readonly cause?: unknown };

async function decide(policy: LatePaymentPolicy, late: LatePayment, clock: Clock): Promise<Decided> {
  if (typeof policy === 'string') return { outcome: policy };
  try {
    const outcome: unknown = await within(clock, LIMIT_MS, '"latePayment"', () => policy(late));
    if (outcome === 'honour' || outcome === 'refund') return { outcome };
    throw new TypeError(`"latePayment" must answer 'honour' or 'refund'`);
  } catch (cause) {
    return { outcome: 'honour', cause };
  }
}

function sayLate(
  emit: OnEvent,
  { admission, orderId, paidAt, coveredUntil }: LatePayment,
  { outcome, ...failure }: Decided,
): void {
  const level = 'cause' in failure ? 'error' : 'warn';
  const message =
    level === 'error'
      ? `The payment of order ${orderId} ended too late, and "latePayment" gave no answer: the order stands.`
      : `The payment of order ${orderId} ended too late: ${outcome === 'honour' ? 'the order stands' : 'refund it'}.`;
  const told = { admissionId: admission.id, orderId, outcome, paidAt, coveredUntil, ...failure };
  emit({ type: 'payment.late', level, message, ...told });
}

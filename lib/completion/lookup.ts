/** Asks the merchant whether an attempt made an order. */
import type { Admission } from '../admission/admission.js';
import { bareAdmission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import type { Order } from '../admission/order.js';
import type { Clock } from '../clock.js';
import type { OpenAttempt } from '../ledger/row.js';
import { within } from './time-limit.js';

const LIMIT_MS = 5_000;

/** What is known about the attempt that ended without a word. */
export interface LookupContext {
  readonly attempt: {
    readonly number: number;
    readonly id: string;
    /** What `deferAdmission` kept with it. */
    readonly reference?: string;
  };
}

/**
 * The merchant's answer to "is there an order for this admission?": the order, or `undefined` or `null` for none. A throw,
 * or no answer within 5 seconds, means that nobody knows.
 */
export type FindOrder = (
  admission: Admission,
  context: LookupContext,
) => Order | null | undefined | Promise<Order | null | undefined>;

/** Rejects when nobody knows. */
export function lookUp(
  findOrder: FindOrder,
  clock: Clock,
  admission: Admission,
  { number, id, reference }: OpenAttempt,
): Promise<Order | null | undefined> {
  const context = { attempt: compact({ number, id, reference }) };
  return within(clock, LIMIT_MS, '"findOrder"', () => findOrder(bareAdmission(admission), context));
}

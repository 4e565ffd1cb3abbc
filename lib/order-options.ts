/** What becomes of an order, as far as the merchant decides it. */
import type { LatePaymentPolicy } from './completion/late-payment.js';
import { kindOf } from './option-checks.js';

export function readLatePayment(value: unknown = 'honour'): LatePaymentPolicy {
  if (value === 'honour' || value === 'refund') return value;
  if (typeof value === 'function') return value as LatePaymentPolicy;
  throw new TypeError(
    `"latePayment" must be 'honour', 'refund' or a function that answers one of them, got ${kindOf(value)}`,
  );
}

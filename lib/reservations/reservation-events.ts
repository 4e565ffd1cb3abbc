/** What reservations have to say. */
import type { Named } from '../events.js';
import type { DifferenceKind } from './differences.js';

interface OfHold {
  readonly admissionId: string;
  readonly line: string;
  readonly item: string;
  readonly quantity: number;
}

export type ReservationEvent =
  /** Also when a hold is changed; then with what it is now. */
  | (Named<'reservation.held', 'info'> & OfHold & { readonly expiresAt: number })
  | (Named<'reservation.converted', 'info'> & OfHold & { readonly orderId: string })
  | (Named<'reservation.released', 'info'> & OfHold)
  | (Named<'reservation.expired', 'info'> & OfHold)
  | (Named<'reservation.sweep_failed', 'error'> & { readonly admissions: number; readonly cause: unknown })
  | (Named<'reservation.difference', 'warn'> & {
      readonly difference: DifferenceKind;
      readonly item?: string;
      readonly admissionId?: string;
      readonly orderId?: string;
    });

/** Everything the package has to say while it runs, as one typed union, and the safe way to say it. */
import type { DoctorCode } from './doctor/codes.js';
import type { FanfareErrorCode } from './errors.js';
import type { ReservationEvent } from './reservations/reservation-events.js';
import type { WebhookEvent } from './webhooks/webhook-events.js';

type Level = 'info' | 'warn' | 'error';

export interface Named<Type extends string, Said extends Level> {
  readonly type: Type;
  readonly level: Said;
  /** One sentence for the person who reads it at night. Never holds a token, a key or a cookie. */
  readonly message: string;
}

/** An event; `switch` over `type`. Times are milliseconds since the epoch. */
export type FanfareEvent =
  | (Named<'admission.attached', 'info'> & { readonly admissionId: string })
  | (Named<'admission.refused', 'info' | 'warn'> & {
      readonly code: FanfareErrorCode;
      readonly admissionId?: string;
      /** False in report-only mode, where the shopper passed all the same; then the level is `warn`. */
      readonly enforced: boolean;
    })
  | (Named<'admission.unverified', 'warn'> & {
      readonly admissionId: string;
      readonly phase: 'page' | 'order';
    })
  | (Named<'admission.unverified_confirmed', 'info'> & { readonly admissionId: string })
  | (Named<'admission.unverified_refused', 'warn' | 'error'> & {
      readonly admissionId: string;
      readonly code: FanfareErrorCode;
      /** The order that was made with it. */
      readonly orderId?: string;
    })
  | (Named<'handoff.created', 'info'> & { readonly admissionId: string })
  | (Named<'winner_link.created', 'info'> & { readonly admissionId: string; readonly until: number })
  | (Named<'winner_link.redeemed', 'info'> & { readonly admissionId: string; readonly uses: number })
  | (Named<'admission.claimed', 'info'> & {
      readonly admissionId: string;
      readonly attempt: number;
      readonly superseded?: number;
    })
  | (Named<'claim.superseded', 'info'> & {
      readonly admissionId: string;
      readonly attempt: number;
      /** The attempt that took its place. */
      readonly by: number;
    })
  | (Named<'claim.deferred', 'info'> & { readonly admissionId: string; readonly attempt: number })
  | (Named<'claim.pending', 'info'> & { readonly admissionId: string; readonly attempt: number })
  | (Named<'claim.released', 'info'> & { readonly admissionId: string; readonly attempt: number })
  | (Named<'claim.lost', 'warn'> & { readonly admissionId: string; readonly attempt: number })
  | (Named<'claim.unresolved', 'warn'> & { readonly admissionId: string; readonly attempt: number })
  | (Named<'completion.recorded', 'info'> & {
      readonly admissionId: string;
      readonly orderId: string;
      /** What the ledger held for the admission when the order came. `held` is the ordinary case. */
      readonly claim: 'held' | 'none' | 'released' | 'pending' | 'superseded' | 'lapsed' | 'expired';
    })
  | (Named<'completion.field_left_out', 'warn'> & {
      readonly orderId: string;
      readonly field: 'amount' | 'currency' | 'metadata';
    })
  | (Named<'completion.delivered', 'info'> & {
      readonly admissionId: string;
      readonly orderId: string;
      readonly attempts: number;
    })
  | (Named<'completion.retry', 'info'> & {
      readonly admissionId: string;
      readonly orderId: string;
      readonly reason: string;
      readonly status?: number;
      readonly nextAttemptAt: number;
    })
  | (Named<'completion.overdue', 'warn'> & {
      readonly admissionId: string;
      readonly orderId: string;
      readonly completedAt: number;
    })
  | (Named<'completion.dead', 'error'> & {
      readonly admissionId: string;
      readonly orderId: string;
      readonly reason: string;
      readonly status?: number;
    })
  | (Named<'completion.rescheduled', 'info'> & { readonly admissionId: string })
  | (Named<'completion.discarded', 'warn'> & { readonly admissionId: string })
  | (Named<'deliveries.paused', 'error'> & {
      /** `refusal`: Fanfare answers, and takes none. `outage`: it fails as a whole. */
      readonly cause: 'refusal' | 'outage';
      readonly reason: string;
      readonly status?: number;
    })
  | Named<'deliveries.resumed', 'info'>
  | (Named<'doctor.finding', Level> & {
      readonly code: DoctorCode;
      /** Where more is said: a page of this project's repository. */
      readonly docs: string;
    })
  | (Named<'fanfare.unavailable', 'warn'> & { readonly reason: string; readonly status?: number })
  | Named<'fanfare.recovered', 'info'>
  | (Named<'fanfare.misconfigured', 'error'> & { readonly reason: string; readonly status?: number })
  | (Named<'keys.refreshed', 'info'> & { readonly keys: number })
  | (Named<'keys.unavailable', 'warn'> & {
      readonly reason: string;
      readonly status?: number;
      /** Until when the keys from before are used; absent when there are none. */
      readonly usableUntil?: number;
    })
  | (Named<'clients.limited', 'warn'> & { readonly requests: number })
  | (Named<'signature.refused', 'warn'> & { readonly tokens: number })
  | (Named<'signature.unchecked', 'error'> & { readonly reason: string })
  | (Named<'ledger.unavailable', 'error'> & { readonly engine: string; readonly cause: unknown })
  | (Named<'ledger.recovered', 'info'> & { readonly engine: string })
  | (Named<'ledger.purged', 'info'> & { readonly engine: string; readonly rows: number })
  | (Named<'ledger.unsafe', 'warn'> & { readonly engine: string })
  | Named<'mode.report_only', 'warn'>
  | (Named<'order.lookup_failed', 'error'> & { readonly admissionId: string; readonly cause: unknown })
  | (Named<'order.cancelled', 'info'> & { readonly orderId: string; readonly reference?: string })
  | (Named<'order.refunded', 'info'> & { readonly orderId: string; readonly reference?: string })
  | (Named<'payment.late', 'warn' | 'error'> & {
      readonly admissionId: string;
      readonly orderId: string;
      readonly outcome: 'honour' | 'refund';
      readonly paidAt: number;
      readonly coveredUntil: number;
      /** Why `latePayment` gave no answer; then the level is `error`, and the order stands. */
      readonly cause?: unknown;
    })
  | (Named<'session.overflow', 'warn'> & { readonly admissionId: string })
  | ReservationEvent
  | WebhookEvent;

/** A merchant's listener. */
export type OnEvent = (event: FanfareEvent) => void;

/** The default listener: warnings and errors as one line each on stderr, so that no fault is silent. */
export const warnOnStderr: OnEvent = (event) => {
  if (event.level === 'info') return;
  const cause = 'cause' in event ? causeOf(event.cause) : '';
  console.warn(`[express-fanfare] ${event.type}: ${event.message}${cause === '' ? '' : ` (${cause})`}`);
};

const LONGEST_CAUSE = 200;

/** In one line. A connection that was tried at several addresses fails with a code and without a message. */
function causeOf(cause: unknown): string {
  const { code, message } = Object(cause) as { code?: unknown; message?: unknown };
  const words = [code, message].filter((word) => typeof word === 'string' && word !== '');
  return words.join(': ').replace(/\s+/g, ' ').slice(0, LONGEST_CAUSE);
}

/** Wraps a merchant's listener so that its own faults are reported as its own and never reach a request or a delivery. */
export function safely<T>(name: string, listener: (told: T) => unknown): (told: T) => void {
  const report = (error: unknown): void => {
    process.emitWarning(`"${name}" threw: ${String(error)}`, 'FanfareWarning');
  };
  return (told) => {
    try {
      // An async listener fails later, and must not become an unhandled rejection either.
      Promise.resolve(listener(told)).catch(report);
    } catch (error) {
      report(error);
    }
  };
}

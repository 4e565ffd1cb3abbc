/** What the webhook receivers have to say. */
import type { Named } from '../events.js';

interface OfEvent {
  /** The receiver's `name`: `'fanfare'`, `'shopify'`, … */
  readonly receiver: string;
  /** The sender's id of the event, or a hash of its body where it has none. */
  readonly eventId: string;
}

export type WebhookEvent =
  /** Written down for the first time; worked from now on. */
  | (Named<'webhook.received', 'info'> & OfEvent)
  /** At most once a minute for each receiver. */
  | (Named<'webhook.refused', 'warn'> & {
      readonly receiver: string;
      readonly reason: RefusalReason;
      /** How many since the last time it was said. */
      readonly requests: number;
    })
  | (Named<'webhook.ignored', 'info'> & OfEvent)
  | (Named<'webhook.failed', 'warn'> &
      OfEvent & {
        readonly attempts: number;
        readonly nextAttemptAt: number;
        readonly cause: unknown;
      })
  | (Named<'webhook.dead', 'error'> & OfEvent & { readonly attempts: number; readonly cause: unknown })
  /** An order that could not be recorded for good; `cause` says why. */
  | (Named<'webhook.order_refused', 'error'> & {
      readonly receiver: string;
      readonly orderId: string;
      /** The order that used the admission, where that is why. */
      readonly recordedOrderId?: string;
      readonly cause?: unknown;
    })
  | (Named<'payment.failed', 'info'> & { readonly receiver: string; readonly orderId: string });

/** Why a request was no event: no or another signature, too old, not what was promised, too long. */
export type RefusalReason = 'unsigned' | 'signature' | 'timestamp' | 'malformed' | 'too_large';

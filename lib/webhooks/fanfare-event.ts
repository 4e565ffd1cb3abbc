/** Fanfare's events as the merchant's handler gets them, whatever catalogue and envelope they came in. */
import type { Triple } from '../admission/identity.js';
import type { AdmissionEventType, NoticeType, OrderEventType } from './vocabulary.js';

interface OfAny {
  /** The same on every redelivery. */
  readonly id: string;
  /** What Fanfare called it. */
  readonly originalType: string;
  /** When it happened, as far as is told, in milliseconds since the epoch. */
  readonly at?: number;
  readonly experienceId?: string;
  /** The plain values among its other fields, by the names they came with; nothing that may be a secret or personal. */
  readonly data: Readonly<Record<string, string | number | boolean>>;
}

/** About one consumer in one distribution. */
export interface AdmissionEvent extends OfAny, Triple {
  readonly type: AdmissionEventType;
  /** The order, where Fanfare names one: of `admission.completed`. */
  readonly orderId?: string;
  /** In milliseconds since the epoch, where told. */
  readonly admittedAt?: number;
  /** When the admission ends, or a winner's deadline; in milliseconds since the epoch, where told. */
  readonly expiresAt?: number;
  /** Proof of the admission, for a link or a message of your own: never to be logged, stored, or put into a URL as it is. */
  readonly token?: string;
}

/** About an order that Fanfare knows. */
export interface OrderEvent extends OfAny {
  readonly type: OrderEventType;
  readonly orderId: string;
  readonly consumerId?: string;
}

/** What has no effect here. */
export interface NoticeEvent extends OfAny {
  readonly type: NoticeType;
}

/** A type that is in no catalogue, or an event without the ids that its type needs. */
export interface UnknownEvent extends OfAny {
  readonly type: 'unknown';
}

/** `switch` over `type`. */
export type FanfareWebhookEvent = AdmissionEvent | OrderEvent | NoticeEvent | UnknownEvent;

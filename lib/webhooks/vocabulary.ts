/** What Fanfare calls its events, in every catalogue of its documentation, and what each is called here. Data. */
import type { DistributionType } from '../admission/identity.js';

/** Events about one consumer in one distribution. */
export const ADMISSION_EVENTS = [
  'admission.entered',
  'admission.admitted',
  'admission.won',
  'admission.lost',
  'admission.left',
  'admission.claimed',
  'admission.completed',
  'admission.expired',
  'admission.denied',
] as const;

/** Events about an order that Fanfare knows. */
export const ORDER_EVENTS = [
  'order.created',
  'order.paid',
  'order.completed',
  'order.fulfilled',
  'order.cancelled',
] as const;

/** Events that are only passed on. */
const NOTICES = [
  'auction.settled',
  'bid.outbid',
  'bid.placed',
  'consumer.authenticated',
  'consumer.created',
  'consumer.deleted',
  'consumer.linked',
  'consumer.updated',
  'delivery.failed',
  'distribution.closed',
  'distribution.completed',
  'distribution.opened',
  'distribution.updated',
  'draw.completed',
  'experience.activated',
  'experience.cancelled',
  'experience.completed',
  'experience.created',
  'experience.ended',
  'experience.paused',
  'experience.resumed',
  'experience.started',
  'position.updated',
] as const;

export type AdmissionEventType = (typeof ADMISSION_EVENTS)[number];
export type OrderEventType = (typeof ORDER_EVENTS)[number];
export type NoticeType = (typeof NOTICES)[number];
export type KnownType = AdmissionEventType | OrderEventType | NoticeType;

export interface Meaning {
  readonly type: KnownType;
  /** Where the name tells it; else the event's own field. */
  readonly distributionType?: DistributionType;
}

/** By type, then by mechanism: every name of it that is not its own. */
const ALIASES: readonly (readonly [KnownType, DistributionType | undefined, readonly string[]])[] = [
  ['admission.entered', 'queue', ['queue.consumer.entered', 'queue.consumer_entered']],
  ['admission.entered', 'draw', ['draw.consumer.entered', 'draw.consumer_entered', 'draw.entry_created']],
  ['admission.entered', undefined, ['distribution.joined']],
  [
    'admission.admitted',
    'queue',
    ['queue.consumer.admitted', 'queue.consumer_admitted', 'queue.access_granted'],
  ],
  ['admission.admitted', undefined, ['admission.created', 'distribution.admitted']],
  ['admission.won', 'draw', ['draw.consumer.won', 'draw.winner_selected', 'draw.winners_selected']],
  ['admission.won', 'auction', ['auction.consumer.won', 'auction.winner_notified']],
  ['admission.won', undefined, ['distribution.winner_selected']],
  ['admission.lost', 'draw', ['draw.consumer.lost']],
  ['admission.left', 'queue', ['queue.consumer.left', 'queue.consumer_left']],
  ['admission.left', 'draw', ['draw.consumer_left']],
  ['admission.claimed', 'draw', ['draw.prize_claimed']],
  ['admission.completed', 'queue', ['queue.consumer.completed', 'queue.admission_completed']],
  ['admission.expired', 'queue', ['queue.admission_expired', 'queue.access_expired']],
  ['admission.expired', 'draw', ['draw.prize_expired']],
  ['admission.denied', 'queue', ['queue.consumer.denied']],
  ['auction.settled', 'auction', ['auction.auction_ended']],
  ['bid.outbid', 'auction', ['auction.bid.outbid']],
  ['bid.placed', 'auction', ['auction.bid.placed', 'auction.bid_placed']],
  ['bid.placed', undefined, ['distribution.bid_placed']],
  ['delivery.failed', undefined, ['webhook.delivery.failed']],
  ['position.updated', 'queue', ['queue.position_updated']],
];

const MEANINGS = new Map<string, Meaning>([
  ...[...ADMISSION_EVENTS, ...ORDER_EVENTS, ...NOTICES].map((type) => [type, { type }] as const),
  ...ALIASES.flatMap(([type, distributionType, names]) =>
    names.map(
      (name) => [name, distributionType === undefined ? { type } : { type, distributionType }] as const,
    ),
  ),
]);

/** `undefined`: no catalogue has this name. */
export function meaningOf(name: string): Meaning | undefined {
  return MEANINGS.get(name);
}

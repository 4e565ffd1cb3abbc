/** From an envelope to events of one vocabulary. Pure. */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import { isShortText } from '../admission/short-text.js';
import type { Triple } from '../admission/identity.js';
import { distributionType, isId } from '../admission/identity.js';
import type { Envelope } from './envelope.js';
import type { AdmissionEvent, FanfareWebhookEvent, OrderEvent } from './fanfare-event.js';
import { field, type Fields, fieldsOf, listOf, textOf } from './fields.js';
import type { AdmissionEventType, KnownType, Meaning, OrderEventType } from './vocabulary.js';
import { ADMISSION_EVENTS, meaningOf, ORDER_EVENTS } from './vocabulary.js';

const MOST_WINNERS = 10_000;
/** So that an event fits in one note. */
const MOST_FIELDS = 20;
const LONGEST_VALUE = 128;
const SECRET_OR_PERSONAL = /token|grant|secret|key|email|phone|name|address/i;

const TIMES = {
  'admission.entered': ['enteredAt'],
  'admission.admitted': ['admittedAt'],
  'admission.won': ['wonAt'],
  'admission.lost': ['lostAt'],
  'admission.left': ['leftAt'],
  'admission.claimed': ['claimedAt'],
  'admission.completed': ['completedAt'],
  'admission.expired': ['expiredAt'],
  'admission.denied': ['deniedAt'],
} as const satisfies Record<AdmissionEventType, readonly string[]>;

/** One event for each consumer that it is about, made when it is asked for; `id` is the event's. */
export function* normalize(envelope: Envelope, id: string): Generator<FanfareWebhookEvent> {
  const winners = listOf(field(envelope.data, 'winners')).slice(0, MOST_WINNERS);
  if (winners.length === 0) yield one(envelope, id);
  for (const [index, winner] of winners.entries()) {
    yield one({ ...envelope, data: { ...envelope.data, ...fieldsOf(winner) } }, `${id}#${String(index)}`);
  }
}

function one(envelope: Envelope, id: string): FanfareWebhookEvent {
  const meaning = meaningOf(envelope.type);
  const { data, at } = envelope;
  const experienceId = idIn(data, 'experienceId') ?? envelope.experienceId;
  const plain = compact({ id, originalType: envelope.type, at, experienceId, data: plainValues(data) });
  const unknown = { ...plain, type: 'unknown' } as const;
  if (meaning === undefined) return unknown;
  const { type } = meaning;
  if (isAdmissionType(type)) return admissionEvent(plain, type, meaning, data) ?? unknown;
  if (isOrderType(type)) return orderEvent(plain, type, data) ?? unknown;
  return { ...plain, type };
}

type Plain = Omit<AdmissionEvent, keyof Triple | 'type'>;

function admissionEvent(
  plain: Plain,
  type: AdmissionEventType,
  meaning: Meaning,
  data: Fields,
): AdmissionEvent | undefined {
  const triple = tripleIn(data, meaning);
  if (triple === undefined) return undefined;
  return compact({
    ...plain,
    ...triple,
    type,
    at: parseTime(field(data, ...TIMES[type])) ?? plain.at,
    orderId: orderIdIn(data),
    admittedAt: parseTime(field(data, 'admittedAt')),
    expiresAt: parseTime(field(data, 'claimDeadline', 'deadline', 'expiresAt')),
    token: textOf(
      field(
        data,
        ...[
          'admissionToken',
          'admissionGrant',
          'grant',
          'claimToken',
          'paymentToken',
          'handoffToken',
          'token',
        ],
      ),
    ),
  });
}

function orderEvent(plain: Plain, type: OrderEventType, data: Fields): OrderEvent | undefined {
  const orderId = orderIdIn(data);
  if (orderId === undefined) return undefined;
  return compact({ ...plain, type, orderId, consumerId: idIn(data, 'consumerId') });
}

function tripleIn(data: Fields, meaning: Meaning): Triple | undefined {
  const type = meaning.distributionType ?? distributionType(field(data, 'distributionType'));
  const distributionId = idIn(data, 'distributionId', 'queueId', 'drawId', 'auctionId', 'timedReleaseId');
  const consumerId = idIn(data, 'consumerId');
  if (type === undefined || distributionId === undefined || consumerId === undefined) return undefined;
  return { distributionType: type, distributionId, consumerId };
}

/** What could not be an order's id on record is none. */
function orderIdIn(data: Fields): string | undefined {
  const orderId = textOf(field(data, 'orderId'));
  return isShortText(orderId) ? orderId : undefined;
}

function idIn(data: Fields, ...names: readonly string[]): string | undefined {
  const value = field(data, ...names);
  return isId(value) ? value : undefined;
}

function plainValues(data: Fields): AdmissionEvent['data'] {
  const isPlain = (entry: readonly [string, unknown]): entry is [string, string | number | boolean] =>
    ['string', 'number', 'boolean'].includes(typeof entry[1]) &&
    String(entry[1]).length <= LONGEST_VALUE &&
    entry[0].length <= LONGEST_VALUE &&
    entry[0] !== '__proto__' &&
    !SECRET_OR_PERSONAL.test(entry[0]);
  return Object.fromEntries(Object.entries(data).filter(isPlain).slice(0, MOST_FIELDS));
}

function isAdmissionType(type: KnownType): type is AdmissionEventType {
  return (ADMISSION_EVENTS as readonly string[]).includes(type);
}

function isOrderType(type: KnownType): type is OrderEventType {
  return (ORDER_EVENTS as readonly string[]).includes(type);
}

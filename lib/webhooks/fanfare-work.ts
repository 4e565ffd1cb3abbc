/** What an event of Fanfare's does: to the ledger first, then the merchant's handler hears of it. */
import type { WebhookEvent } from './webhook-events.js';
import { openToken, sealToken } from '../tokens/seal.js';
import type { Backstage } from '../middleware/backstage.js';
import { confirmDelivery } from './confirm.js';
import { isInTurn } from './event-order.js';
import type { AdmissionEvent, FanfareWebhookEvent } from './fanfare-event.js';
import type { Mail, Worked } from './mail.js';

/** May be asynchronous: a rejection has the event worked again later. */
export type OnFanfareEvent = (event: FanfareWebhookEvent) => unknown;

/** An event as it is written down. */
export interface FanfareWork {
  readonly event: FanfareWebhookEvent;
  readonly sealedToken?: string;
}

export interface FanfareWorkParts {
  readonly backstage: Backstage;
  readonly receiver: string;
  readonly onEvent?: OnFanfareEvent;
}

/** Longer than any admission lasts. */
const DENIED_FOR_MS = 30 * 24 * 60 * 60 * 1_000;
const NO_SECRET =
  'None of "session.secrets" opens the token of this event: it was sealed with an older secret; put it back behind the new one.';
const TOKEN = /^[\u0021-\u007e]{1,1800}$/;

/** Takes the token out of an event, and keeps it where nobody can read it. */
export function mailOf({ keyring }: Backstage, event: FanfareWebhookEvent): Mail<FanfareWork> {
  const { id: eventId } = event;
  if (!('token' in event)) return { eventId, work: { event } };
  const { token = '', ...rest } = event;
  if (!TOKEN.test(token)) return { eventId, work: { event: rest } };
  return { eventId, work: { event: rest, sealedToken: sealToken(keyring, token, eventId) } };
}

export async function performFanfare(parts: FanfareWorkParts, mail: Mail<FanfareWork>): Promise<Worked> {
  const { event } = mail.work;
  if (isAboutAdmission(event)) {
    await affect(parts, event);
    if (!(await isInOrder(parts.backstage, event))) {
      parts.backstage.emit(ignoredEvent(parts.receiver, event));
      return 'done';
    }
  }
  await parts.onEvent?.(opened(parts.backstage, mail));
  return 'done';
}

/** Throws without the secret: a winner who is told of without the token would never be invited. */
function opened({ keyring }: Backstage, { eventId, work }: Mail<FanfareWork>): FanfareWebhookEvent {
  const { event, sealedToken } = work;
  if (sealedToken === undefined) return event;
  const token = openToken(keyring, sealedToken, eventId);
  if (token === undefined) throw new Error(NO_SECRET);
  return { ...(event as AdmissionEvent), token };
}

/**
 * Each judges by its own time, so it is right in any order. `admission.expired` is not here: it ends nothing that has begun,
 * and what has not begun ends by its own time.
 */
async function affect(parts: FanfareWorkParts, event: AdmissionEvent): Promise<void> {
  const { ledger, clock } = parts.backstage;
  const now = clock.now();
  if (event.type === 'admission.denied' && !isOver(event)) {
    await ledger.deny(event, { deniedAt: event.at ?? now, until: now + DENIED_FOR_MS });
  } else if (event.type === 'admission.completed') {
    const { other } = await confirmDelivery(parts.backstage, event);
    if (other !== undefined)
      parts.backstage.emit(otherOrderEvent(parts.receiver, event, other.order.orderId));
  }
}

/** Who lets the time run out is denied the place, as Fanfare says it, and may be admitted again. */
function isOver({ data: { reason, denyReason, deniedReason } }: AdmissionEvent): boolean {
  return [reason, denyReason, deniedReason].includes('ADMISSION_EXPIRED');
}

async function isInOrder({ ledger, clock }: Backstage, { at, ...event }: AdmissionEvent): Promise<boolean> {
  return at === undefined || isInTurn(ledger, { ...event, at }, clock.now());
}

function isAboutAdmission(event: FanfareWebhookEvent): event is AdmissionEvent {
  return event.type.startsWith('admission.');
}

function ignoredEvent(receiver: string, { id: eventId, originalType }: AdmissionEvent): WebhookEvent {
  const message = `An event (${originalType}) came after a later one about the same admission, and is ignored.`;
  return { type: 'webhook.ignored', level: 'info', message, receiver, eventId };
}

function otherOrderEvent(
  receiver: string,
  { orderId = '' }: AdmissionEvent,
  recordedOrderId: string,
): WebhookEvent {
  const message = `Fanfare says that order ${orderId} used an admission, and the ledger has order ${recordedOrderId} for it: look at both.`;
  return { type: 'webhook.order_refused', level: 'error', message, receiver, orderId, recordedOrderId };
}

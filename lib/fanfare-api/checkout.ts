/** Fanfare's Checkout API: a payment page that Fanfare hosts, for an admitted shopper. */
import { randomUUID } from 'node:crypto';
import { compact } from '../admission/compact.js';
import { checkOptions } from '../option-checks.js';
import { ask, type Ask, type Asking, unreadable } from './ask.js';
import type { Body } from './dialect.js';
import {
  amount,
  checkFields,
  currency,
  oneOf,
  optional,
  quantity,
  text,
  textOf,
  url,
  uuid,
} from './fields.js';
import type { Kind } from './fields.js';

interface Addresses {
  /** Where the shopper goes after paying, and after giving up. Absolute. */
  readonly successUrl: string;
  readonly cancelUrl: string;
  /** The same for every try of one checkout; default: a new one, which is returned. */
  readonly idempotencyKey?: string;
}

/** What is bought, as the newest generation wants it: ids are UUIDs. */
export interface CheckoutItem extends Addresses {
  readonly productId: string;
  readonly variantId: string;
  readonly quantity: number;
  /** ISO 4217, such as `'EUR'`. */
  readonly currencyCode: string;
}

/** The newest generation: the admission token itself. */
export interface CheckoutByToken extends CheckoutItem {
  readonly admissionToken: string;
  /** A UUID. */
  readonly distributionId: string;
}

/** The generation before: an opaque claim. The documentation does not say where one comes from. */
export interface CheckoutByClaim extends Addresses {
  readonly checkoutClaim: string;
  readonly mode: 'hosted' | 'embedded';
}

/** A checkout that Fanfare has made. The meaning of `deadline` beside `expiresAt` is not documented. */
export interface CheckoutSession {
  readonly orderId: string;
  readonly paymentId: string;
  /** Where the shopper pays. */
  readonly checkoutUrl: string;
  /** As Fanfare wrote it. */
  readonly expiresAt: string;
  /** As Fanfare wrote it; the older generation has none. */
  readonly deadline?: string;
  readonly idempotencyKey: string;
}

export interface Cancellation {
  /** A UUID, from {@link CheckoutSession}. */
  readonly orderId: string;
  readonly reason?: string;
  /** A UUID; default: a new one, which is returned. */
  readonly idempotencyKey?: string;
}

export interface Refund extends Cancellation {
  /** A decimal string such as `'129.00'`; all or a part of what was paid. */
  readonly amount: string;
}

/** Whether Fanfare has accepted the request; the money moves later. */
export interface Accepted {
  readonly success: boolean;
  readonly idempotencyKey: string;
}

const ADDRESSES = { successUrl: url, cancelUrl: url, idempotencyKey: textOf(255) };
const BY_TOKEN = {
  ...{ admissionToken: text, distributionId: uuid, productId: uuid, variantId: uuid },
  ...{ quantity, currencyCode: currency },
  ...ADDRESSES,
};
const BY_CLAIM = { checkoutClaim: text, mode: oneOf('hosted', 'embedded'), ...ADDRESSES };
const CANCELLATION = { orderId: uuid, idempotencyKey: uuid, reason: optional(text) };
const REFUND = { ...CANCELLATION, amount };

/** The three calls, over a line to the Checkout API. */
export class Checkout {
  readonly #asking: Asking;

  constructor(asking: Asking) {
    this.#asking = asking;
  }

  async create(request: CheckoutByToken | CheckoutByClaim): Promise<CheckoutSession> {
    if ('checkoutClaim' in request) {
      return this.#open(checked('checkout.create', request, BY_CLAIM), request.checkoutClaim);
    }
    const body = checked('checkout.create', request, BY_TOKEN);
    return this.#open({ ...body, currencyCode: request.currencyCode.toUpperCase() }, request.admissionToken);
  }

  async cancel(cancellation: Cancellation): Promise<Accepted> {
    const body = checked('checkout.cancel', cancellation, CANCELLATION);
    return this.#accept({ call: 'checkout.cancel', path: '/payments/cancellations', body });
  }

  async refund(refund: Refund): Promise<Accepted> {
    const body = checked('checkout.refund', refund, REFUND);
    return this.#accept({ call: 'checkout.refund', path: '/payments/refunds', body });
  }

  async #open(body: Keyed, proof: string): Promise<CheckoutSession> {
    const { idempotencyKey } = body;
    const asked: Ask = {
      ...{ call: 'checkout.create', path: '/checkout', body, secrets: [proof], idempotencyKey },
    };
    const { orderId, paymentId, checkoutUrl, expiresAt, deadline } = await ask(this.#asking, asked);
    const told = { orderId, paymentId, checkoutUrl, expiresAt };
    if (!areTexts(told)) throw unreadable(asked);
    return { ...told, ...(typeof deadline === 'string' ? { deadline } : {}), idempotencyKey };
  }

  async #accept(asked: Ask & { readonly body: Keyed }): Promise<Accepted> {
    const { idempotencyKey } = asked.body;
    const { success } = await ask(this.#asking, { ...asked, idempotencyKey });
    if (typeof success !== 'boolean') throw unreadable({ ...asked, idempotencyKey });
    return { success, idempotencyKey };
  }
}

type Keyed = Body & { readonly idempotencyKey: string };
type Told = Readonly<Record<'orderId' | 'paymentId' | 'checkoutUrl' | 'expiresAt', string>>;

/** The body as it goes out: nothing unknown in it, nothing missing, and a key. */
function checked(
  call: string,
  given: Pick<Addresses, 'idempotencyKey'>,
  kinds: Readonly<Record<string, Kind>>,
): Keyed {
  checkOptions(call, given, Object.keys(kinds));
  const body = { ...compact({ ...given }), idempotencyKey: given.idempotencyKey ?? randomUUID() };
  checkFields(call, body, kinds);
  return body;
}

function areTexts(told: Readonly<Record<keyof Told, unknown>>): told is Told {
  return Object.values(told).every((value) => typeof value === 'string' && value !== '');
}

/** The other half of the receivers: puts an admission's ids where they find them. Never the token. Pure. */
import { createHash } from 'node:crypto';
import type { Admission } from '../admission/admission.js';
import type { RequestAdmission } from '../admission/admission.js';
import { isId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { CARRIED } from './carried.js';

/** What the fields hold, under their plain names. */
type CarriedTexts = Readonly<Record<(typeof CARRIED)[keyof typeof CARRIED], string>>;

/** The shop's own order id, which the receiver takes in the place of the platform's. */
export interface OrderNamed {
  readonly orderId?: string;
}

export const ORDER_ID = 'fanfare_order_id';

function textsOf(admission: Admission | undefined, call: string): Partial<CarriedTexts> {
  if (!isId(admission?.id)) throw new TypeError(`${call} takes an admission: req.admission, behind a guard`);
  const { id, distributionId, distributionType, consumerId, admittedAt } = admission;
  return {
    [CARRIED.id]: id,
    [CARRIED.distributionId]: distributionId,
    [CARRIED.distributionType]: distributionType,
    [CARRIED.consumerId]: consumerId,
    ...(admittedAt === undefined ? {} : { [CARRIED.admittedAt]: String(admittedAt) }),
  };
}

/** For `metadata` of a PaymentIntent, and of a Checkout Session: five keys, far below Stripe's limits. Throws a `TypeError`. */
export function stripeMetadata(
  admission: Admission | undefined,
  { orderId }: OrderNamed = {},
): Record<string, string> {
  return {
    ...textsOf(admission, 'stripeMetadata'),
    ...(orderId === undefined ? {} : { [ORDER_ID]: orderId }),
  };
}

/** For the order's note attributes (a cart's attributes, by name). Throws a `TypeError`. */
export function shopifyNoteAttributes(
  admission: Admission | undefined,
): { readonly name: string; readonly value: string }[] {
  return Object.entries(textsOf(admission, 'shopifyNoteAttributes')).map(([name, value]) => ({
    name,
    value,
  }));
}

/** For `properties` of a cart line. Their names begin with an underscore, which hides them from shoppers. Throws a `TypeError`. */
export function shopifyLineItemProperties(admission: Admission | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(textsOf(admission, 'shopifyLineItemProperties')).map(([name, value]) => [
      `_${name}`,
      value,
    ]),
  );
}

/** For `meta_data` of a WooCommerce order or line item. Their names begin with an underscore, which hides them. Throws a `TypeError`. */
export function wooCommerceMeta(
  admission: Admission | undefined,
): { readonly key: string; readonly value: string }[] {
  return Object.entries(textsOf(admission, 'wooCommerceMeta')).map(([name, value]) => ({
    key: `_${name}`,
    value,
  }));
}

/** For `custom_id` of a purchase unit: the admission's id alone, since PayPal keeps 127 characters. Throws a `TypeError`. */
export function payPalCustomId(admission: Admission | undefined): string {
  if (!isId(admission?.id))
    throw new TypeError('payPalCustomId takes an admission: req.admission, behind a guard');
  return admission.id;
}

/**
 * A payment provider's idempotency key: the same for every request of one order attempt, another for the next attempt, which
 * may be for another amount. 43 characters; fits Stripe's `idempotencyKey` and PayPal's `PayPal-Request-Id`. `purpose` tells
 * apart several calls of one attempt (`'capture'`). Throws `CLAIM_LOST` where neither `claimAdmission` nor `acceptReturn` ran.
 */
export function paymentIdempotencyKey(
  req: { readonly admission?: RequestAdmission },
  purpose = 'payment',
): string {
  const { admission } = req;
  const attempt = admission?.attempt ?? admission?.returned;
  if (admission === undefined || attempt === undefined) {
    throw new FanfareError('CLAIM_LOST', {
      message: 'paymentIdempotencyKey needs claimAdmission or acceptReturn to have run for this request',
    });
  }
  return createHash('sha256')
    .update(JSON.stringify([admission.id, attempt.id, purpose]))
    .digest('base64url');
}

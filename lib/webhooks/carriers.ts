/** The other half of the receivers: puts an admission's ids where they find them. Never the token. Pure. */
import { createHash } from 'node:crypto';
import type { Admission } from '../admission/admission.js';
import type { RequestAdmission } from '../admission/admission.js';
import { isId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { CARRIED } from './carried.js';

/** One admission, or several that one order is for. */
export type Carryable = Admission | undefined | readonly (Admission | undefined)[];

/** The shop's own order id, which the receiver takes in the place of the platform's. */
export interface OrderNamed {
  readonly orderId?: string;
}

export const ORDER_ID = 'fanfare_order_id';

/** Stripe keeps 50 keys: eight admissions of six, and the order's id. */
const MOST_IN_STRIPE = 8;
const LONGEST_CUSTOM_ID = 127;

type Texts = readonly (readonly [string, string])[];

function admissionsIn(given: Carryable, call: string): readonly Admission[] {
  const all: readonly (Admission | undefined)[] = Array.isArray(given)
    ? given
    : [given as Admission | undefined];
  if (all.length > 0 && all.every((one) => isId(one?.id))) return all as readonly Admission[];
  throw new TypeError(`${call} takes an admission (req.admission, behind a guard), or a list of them`);
}

function textsOf(given: Carryable, call: string): Texts {
  return admissionsIn(given, call).flatMap((admission, index) =>
    Object.entries(CARRIED).flatMap(([part, name]) => {
      const value = admission[part as keyof typeof CARRIED];
      return value === undefined ? [] : [[numbered(name, index), String(value)] as const];
    }),
  );
}

/** The first admission has the plain names, the second `…_2`. */
function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}_${String(index + 1)}`;
}

/**
 * For `metadata` of a PaymentIntent, and of a Checkout Session: six keys for each admission, and Stripe keeps 50 with your
 * own. Throws a `TypeError`, also for more than eight admissions.
 */
export function stripeMetadata(admission: Carryable, { orderId }: OrderNamed = {}): Record<string, string> {
  const texts = textsOf(admission, 'stripeMetadata');
  if (Array.isArray(admission) && admission.length > MOST_IN_STRIPE) {
    throw new TypeError(`stripeMetadata takes at most ${MOST_IN_STRIPE} admissions: Stripe keeps 50 keys`);
  }
  return { ...Object.fromEntries(texts), ...(orderId === undefined ? {} : { [ORDER_ID]: orderId }) };
}

/** For the order's note attributes (a cart's attributes, by name). Throws a `TypeError`. */
export function shopifyNoteAttributes(
  admission: Carryable,
): { readonly name: string; readonly value: string }[] {
  return textsOf(admission, 'shopifyNoteAttributes').map(([name, value]) => ({ name, value }));
}

/** For `properties` of a cart line. Their names begin with an underscore, which hides them from shoppers. Throws a `TypeError`. */
export function shopifyLineItemProperties(admission: Carryable): Record<string, string> {
  const texts = textsOf(admission, 'shopifyLineItemProperties');
  return Object.fromEntries(texts.map(([name, value]) => [`_${name}`, value]));
}

/** For `meta_data` of a WooCommerce order or line item. Their names begin with an underscore, which hides them. Throws a `TypeError`. */
export function wooCommerceMeta(admission: Carryable): { readonly key: string; readonly value: string }[] {
  return textsOf(admission, 'wooCommerceMeta').map(([name, value]) => ({ key: `_${name}`, value }));
}

/**
 * For `custom_id` of a purchase unit: ids alone, with a comma between, since PayPal keeps 127 characters. Throws a `TypeError`,
 * also for more than fit: give each admission a purchase unit of its own.
 */
export function payPalCustomId(admission: Carryable): string {
  const ids = admissionsIn(admission, 'payPalCustomId').map(({ id }) => id);
  const text = ids.join(',');
  if (text.length <= LONGEST_CUSTOM_ID) return text;
  throw new TypeError(
    `payPalCustomId: PayPal keeps ${LONGEST_CUSTOM_ID} characters, too few for ${ids.length} admissions; give each a purchase unit of its own`,
  );
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

/** From what a platform's event says about an order to what is written down: one mail for each of its admissions. Pure. */
import type { Order } from '../admission/order.js';
import type { NamedAdmission } from './carried.js';
import type { Mail } from './mail.js';
import type { OrderWork } from './order-work.js';

/** An order as an event tells it; the others are written down as they are. */
export type OrderRead =
  | {
      readonly do: 'complete';
      /** Its amount is that of the whole order. */
      readonly order: Order;
      readonly paidAt?: number;
      readonly admissions: readonly NamedAdmission[];
    }
  | Exclude<OrderWork, { readonly do: 'complete' }>;

/** `undefined`: it is nothing to us. Each admission is worked for itself, so that one in trouble holds up no other. */
export function orderMails(eventId: string, read: OrderRead | undefined): readonly Mail<OrderWork>[] {
  if (read === undefined) return [];
  if (read.do !== 'complete') return [{ eventId, work: read }];
  const { admissions, order, ...rest } = read;
  return shared(order, admissions).map((one, index) => ({
    eventId: index === 0 ? eventId : `${eventId}#${String(index)}`,
    work: { ...rest, ...one },
  }));
}

/**
 * No part of an order is told to Fanfare twice. Several admissions have the amounts of their own lines, as far as these are
 * known; where none is, the first has the amount of the whole order and the others none.
 */
function shared(
  { amount: whole, ...order }: Order,
  admissions: readonly NamedAdmission[],
): readonly { readonly order: Order; readonly admission: NamedAdmission['admission'] }[] {
  const byLine = admissions.length > 1 && admissions.some(({ amount }) => amount !== undefined);
  return admissions.map(({ admission, amount }, index) => {
    const own = byLine ? amount : index === 0 ? whole : undefined;
    return { admission, order: own === undefined ? order : { ...order, amount: own } };
  });
}

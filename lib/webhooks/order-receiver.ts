/** What the receivers of orders share: options, inbox, and how an order's id is found. */
import { compact } from '../admission/compact.js';
import type { OnStage } from '../middleware/backstage.js';
import type { Middleware } from '../middleware/http.js';
import type { DistributionIdOf } from './carried.js';
import { type Fields, textOf } from './fields.js';
import { createInbox } from './inbox.js';
import { type OnCompleted, type OrderWork, performOrder } from './order-work.js';
import { receiverMiddleware, type ReceiverParts } from './receiver.js';
import {
  type CheckedReceiver,
  readOptionalFunction,
  readReceiver,
  type ReceiverOptions,
} from './receiver-options.js';

export interface OrderWebhookOptions extends ReceiverOptions {
  /**
   * The shop's own id of an order, as it is on record with `completeAdmission`; gets what the platform sent (an order, a
   * refund, a payment). Default: the platform's id, or what `stripeMetadata(admission, { orderId })` carried.
   */
  readonly orderIdOf?: (sent: Readonly<Record<string, unknown>>) => string | undefined;
  /** For orders that name an experience and no distribution. */
  readonly distributionIdOf?: DistributionIdOf;
  /**
   * Hears of each admission that an order was recorded for, and whether it is to be refunded (see `latePayment`). When it
   * throws, the event is worked again later; so it may hear of one more than once.
   */
  readonly onCompleted?: OnCompleted;
}

export interface OrderReceiver extends CheckedReceiver {
  readonly orderIdOf: (sent: Fields, preset: unknown) => string | undefined;
  readonly distributionIdOf?: DistributionIdOf;
}

const FUNCTIONS = ['orderIdOf', 'distributionIdOf', 'onCompleted'] as const;

/** Reads the options and makes the middleware; `reader` says what a request is about, given the checked options. */
export function orderWebhook(
  {
    call,
    kind,
    own = [],
  }: { readonly call: string; readonly kind: string; readonly own?: readonly string[] },
  fanfare: OnStage,
  options: OrderWebhookOptions,
  reader: (receiver: OrderReceiver) => ReceiverParts<OrderWork>['read'],
): Middleware {
  const checked = readReceiver(call, { kind, own: [...own, ...FUNCTIONS] }, fanfare, options);
  for (const name of FUNCTIONS) readOptionalFunction(call, name, options[name]);
  const { orderIdOf, distributionIdOf, onCompleted } = options;
  const read = reader({
    ...checked,
    ...compact({ distributionIdOf }),
    orderIdOf: (sent, preset) => orderIdOf?.(sent) ?? textOf(preset),
  });
  const parts = { fanfare, receiver: checked.receiver, ...compact({ onCompleted }) };
  const inbox = createInbox<OrderWork>({ ...checked, perform: (mail) => performOrder(parts, mail) });
  return receiverMiddleware({ ...checked, inbox, read });
}

/** `express-fanfare/webhooks`: orders and admissions that are told by events, and the fields that travel with an order. */
export { fanfareWebhook } from './fanfare-webhook.js';
export type { FanfareWebhookOptions } from './fanfare-webhook.js';
export type {
  AdmissionEvent,
  FanfareWebhookEvent,
  NoticeEvent,
  OrderEvent,
  UnknownEvent,
} from './fanfare-event.js';
export type { OnFanfareEvent } from './fanfare-work.js';
export type { SignatureScheme } from './schemes.js';
export { shopifyWebhook } from './shopify.js';
export { wooCommerceWebhook } from './woocommerce.js';
export { stripeWebhook } from './stripe.js';
export type { StripeLike, StripeWebhookOptions } from './stripe.js';
export { completePayPalCapture } from './paypal.js';
export type { PayPalCaptureTold } from './paypal.js';
export type { OrderWebhookOptions } from './order-receiver.js';
export type { CompletedOrder, OnCompleted } from './order-work.js';
export type { Carried, CarriedFields, DistributionIdOf } from './carried.js';
export type { ReceiverOptions } from './receiver-options.js';
export {
  paymentIdempotencyKey,
  payPalCustomId,
  shopifyLineItemProperties,
  shopifyNoteAttributes,
  stripeMetadata,
  wooCommerceMeta,
} from './carriers.js';
export type { Carryable, OrderNamed } from './carriers.js';
export { deadEvents } from './dead-events.js';
export type { DeadEvent, DeadEvents } from './dead-events.js';

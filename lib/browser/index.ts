/** The browser's half of a checkout, for pages that a bundler builds. Importing it touches nothing on the page. */
export { defineCountdown } from './countdown.js';
export {
  announceCheckoutComplete,
  announceCheckoutExpired,
  watchCheckout,
  type WatchOptions,
} from './embedded.js';
export { type AdmissionView, type HandOffOptions, type HandOffResult, handOff } from './handoff.js';
export { guardForms } from './submit-guard.js';
export { type OrderAnswer, type SubmitOptions, submitOrder } from './submit-order.js';

/** What `GET …/checkout.js` runs on the page. It exports what a script of the page may import from the same address. */
import { defineCountdown } from './countdown.js';
import { handOff as handOffTo, type HandOffOptions, type HandOffResult } from './handoff.js';
import { guardForms } from './submit-guard.js';

export { announceCheckoutComplete, announceCheckoutExpired, watchCheckout } from './embedded.js';
export { submitOrder } from './submit-order.js';

const routes = new URL('.', import.meta.url).href;
const script = [...document.scripts].find(({ src }) => src === import.meta.url);

export function handOff(options: HandOffOptions = {}): Promise<HandOffResult> {
  return handOffTo({ routes, ...options });
}

/** Hands over what the experience's page left, tells the page, and goes on to the checkout that the script's tag names. */
async function begin(): Promise<void> {
  const result = await handOff();
  if (result.outcome === 'none') return;
  const event = new CustomEvent('fanfare-handoff', { cancelable: true, detail: result });
  const goesOn = document.dispatchEvent(event);
  const checkout = script?.dataset['checkoutUrl'];
  if (result.outcome === 'later') setTimeout(() => void begin(), result.retryAfterSeconds * 1_000);
  else if (goesOn && result.outcome === 'admitted' && checkout !== undefined) location.assign(checkout);
}

defineCountdown({ routes });
guardForms();
void begin();

/** Forms that are sent once: a second click is no second order, and a page that comes back is usable again. */
import { isGuarded, move, show, standingNow, warnOfLeaving } from './checkout.js';

/** Proxies wait less. Until then a page whose time is over stays, so that its order's answer is seen. */
const LONGEST_ANSWER_MS = 60_000;

let waiting: ReturnType<typeof setTimeout> | undefined;

/**
 * Guards every `form[data-fanfare-checkout]`, those that come later, too: asks before the shopper leaves an open checkout,
 * lets a form be sent once, and opens it again when the browser brings the page back from its cache, when the shopper stops
 * the browser, and after a minute without an answer. Call it as often as you like.
 */
export function guardForms(): void {
  // On the window, so that the page's own listeners have had their say.
  addEventListener('submit', onSubmit);
  addEventListener('pageshow', onPageShow);
  addEventListener('focusin', warnOfLeaving);
  // Who stops the browser is told of nowhere else, and not in every browser.
  if ('navigation' in globalThis) navigation.addEventListener('navigateerror', onUnanswered);
  warnOfLeaving();
}

function onSubmit(event: SubmitEvent): void {
  if (!isGuarded(event.target)) return;
  if (standingNow() !== 'open') event.preventDefault();
  // A page that sends the form by itself tells us by `submitOrder`.
  if (event.defaultPrevented) return;
  move('sending');
  // The browser takes the fields after this listener, and would leave a disabled button out.
  setTimeout(show);
  clearTimeout(waiting);
  waiting = setTimeout(onUnanswered, LONGEST_ANSWER_MS);
}

/** The page is still here. Should the order be under way all the same, the server makes no second one of it. */
function onUnanswered(): void {
  if (waiting !== undefined) reopen();
}

function reopen(): void {
  clearTimeout(waiting);
  waiting = undefined;
  move('open');
  show();
}

function onPageShow({ persisted }: PageTransitionEvent): void {
  if (!persisted || standingNow() === 'over') return;
  reopen();
  void leaveForOrder();
}

/** The page's guard knows whether an order was made meanwhile, and leads on to it. */
async function leaveForOrder(): Promise<void> {
  const answer = await fetch(location.href, { method: 'HEAD' }).catch(() => undefined);
  if (answer?.status === 409) location.reload();
}

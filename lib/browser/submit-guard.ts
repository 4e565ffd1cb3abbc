/** Forms that are sent once: a second click is no second order, and a page that comes back is usable again. */
import { isGuarded, move, show, standingNow, warnOfLeaving } from './checkout.js';

/**
 * Guards every `form[data-fanfare-checkout]`, those that come later, too: asks before the shopper leaves an open checkout,
 * lets a form be sent once, and opens it again when the browser brings the page back from its cache. Call it as often as
 * you like.
 */
export function guardForms(): void {
  // On the window, so that the page's own listeners have had their say.
  addEventListener('submit', onSubmit);
  addEventListener('pageshow', onPageShow);
  addEventListener('focusin', warnOfLeaving);
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
}

function onPageShow({ persisted }: PageTransitionEvent): void {
  if (!persisted || standingNow() === 'over') return;
  move('open');
  show();
}

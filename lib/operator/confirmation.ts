/** What cannot be undone is asked for twice. Pure. */
import { workSaid } from '../completion/dead-events.js';
import { markup, type Markup } from '../markup.js';
import { actionForm, type Listing } from './entries.js';
import type { LedgerGlance } from './glance.js';
import { section } from './sections.js';
import { addressOf, calm } from './view.js';

export function confirmation(listing: Listing, { discard, deadEvents }: LedgerGlance): Markup | undefined {
  if (discard !== undefined) {
    const { orderId, admissionId, reason = '' } = discard;
    const loss = markup`Fanfare will never hear that order <b>${orderId}</b> used admission <code>${admissionId}</code>.`;
    return asked(listing, {
      title: 'Discard this completion?',
      about: reason,
      loss,
      action: 'discard',
      id: admissionId,
    });
  }
  const event = deadEvents.events.find(({ id }) => id === listing.view.discardEvent);
  if (event === undefined) return undefined;
  const loss = markup`What <b>${event.receiver}</b> told by event <code>${event.eventId}</code> will never be done here.`;
  const title = 'Discard this webhook event?';
  return asked(listing, { title, about: workSaid(event), loss, action: 'discard-event', id: event.id });
}

interface Asked {
  readonly title: string;
  readonly about: string;
  readonly loss: Markup;
  readonly action: string;
  readonly id: string;
}

function asked(listing: Listing, { title, about, loss, action, id }: Asked): Markup {
  const button = markup`<button class="danger">Discard for good</button>`;
  const body = markup`<p class="alert">${loss} This cannot be undone.</p>
<div class="pages">${actionForm(listing, action, button, id)}<a class="button quiet" href="${addressOf(calm(listing.view))}">Keep it</a></div>`;
  return section(title, about, body);
}

/** Webhook events that were given up, listed with what an operator may do about each. Pure. */
import type { DeadEvent } from '../completion/dead-events.js';
import { workSaid } from '../completion/dead-events.js';
import { markup, type Markup } from '../markup.js';
import { actionForm, type Listing } from './entries.js';
import type { EventPage } from './glance.js';
import { type Column, table } from './table.js';
import { addressOf, calm } from './view.js';
import { sayAge, sayDay } from './words.js';

/** The others come up as these are dealt with. */
export function eventList(listing: Listing, { events, isLast }: EventPage): Markup {
  const more = isLast ? undefined : markup`<p class="faint">There are more: these are the oldest.</p>`;
  return markup`${table('Dead webhook events', columnsOf(listing), events)}${more}`;
}

function columnsOf(listing: Listing): readonly Column<DeadEvent>[] {
  return [
    { title: 'Event', cell: eventCell },
    { title: 'Work', cell: workSaid },
    { title: 'Why', cell: ({ reason }) => reason },
    {
      title: 'State',
      cell: ({ diedAt, until }) => `dead for ${sayAge(listing.now - diedAt)}, kept until ${sayDay(until)}`,
    },
    { title: 'What to do', className: 'actions-cell', cell: (event) => actionsOf(listing, event) },
  ];
}

function eventCell({ receiver, eventId }: DeadEvent): Markup {
  return markup`<div><b>${receiver}</b><br><code>${eventId}</code></div>`;
}

function actionsOf(listing: Listing, { id, receiver, eventId }: DeadEvent): Markup {
  const name = `${receiver} ${eventId}`;
  const button = markup`<button class="quiet" aria-label="Retry ${name}">Retry</button>`;
  const address = addressOf(calm(listing.view), { discardEvent: id });
  const discard = markup`<a class="button danger" href="${address}" aria-label="Discard ${name}…">Discard…</a>`;
  return markup`<div class="actions">${actionForm(listing, 'retry-event', button, id)}${discard}</div>`;
}

/** Completions and other rows, listed with what an operator may do about each. Pure. */
import type { RowStateName } from '../ledger/row.js';
import type { Entry } from './entry.js';
import type { EntryPage } from './glance.js';
import { markup, type Markup } from '../markup.js';
import { type Column, table } from './table.js';
import { addressOf, calm, MOST_PAGES, type View } from './view.js';
import { sayAge } from './words.js';

/** What a listing is made with. */
export interface Listing {
  readonly view: View;
  readonly now: number;
  /** Stands in every form. */
  readonly formToken: string;
}

/** What each state means to whoever looks for an order. */
const STATES: Readonly<Record<RowStateName, string>> = {
  free: 'no order, free to check out',
  active: 'checking out now',
  pending: 'paying elsewhere',
  unresolved: 'ended without a word',
  ordered: 'waiting for Fanfare',
  delivered: 'ordered, and Fanfare knows',
  dead: 'dead: Fanfare refused it',
  discarded: 'ordered, and given up',
};

/** One button, and the form around it. */
export function actionForm(
  { formToken }: Listing,
  action: string,
  button: Markup,
  admissionId?: string,
): Markup {
  const id = admissionId && markup`<input type="hidden" name="id" value="${admissionId}">`;
  return markup`<form method="post"><input type="hidden" name="token" value="${formToken}"><input type="hidden" name="do" value="${action}">${id}${button}</form>`;
}

export function entryTable(label: string, listing: Listing, entries: readonly Entry[]): Markup {
  return table(label, columnsOf(listing), entries);
}

function columnsOf(listing: Listing): readonly Column<Entry>[] {
  return [
    { title: 'Order', cell: orderCell },
    { title: 'Shopper', cell: shopperCell },
    { title: 'State', cell: ({ state, since }) => `${STATES[state]}, for ${sayAge(listing.now - since)}` },
    { title: 'Why', cell: (entry) => whyOf(entry, listing.now) },
    { title: 'What to do', className: 'actions-cell', cell: (entry) => actionsOf(listing, entry) },
  ];
}

function orderCell({ orderId, amount, currency, admissionId }: Entry): Markup {
  const price = amount && ` · ${[amount, currency].filter((part) => part !== undefined).join(' ')}`;
  return markup`<div><b>${orderId ?? 'no order'}</b>${price}<br><span class="faint">admission <code>${admissionId}</code></span></div>`;
}

function shopperCell({ consumerId, distributionId, distributionType }: Entry): Markup {
  const type = distributionType.replace('_', ' ');
  return markup`<div><code>${consumerId}</code><br><span class="faint">${type} <code>${distributionId}</code></span></div>`;
}

function whyOf({ state, reason, lastStatus, attempts, nextAttemptAt = 0 }: Entry, now: number): string {
  if (attempts === undefined) return '–';
  const said = [reason ?? 'not sent yet', lastStatus === undefined ? undefined : `status ${lastStatus}`];
  const tried = attempts === 1 ? '1 attempt' : `${attempts} attempts`;
  const next = nextAttemptAt <= now ? 'due now' : `next in ${sayAge(nextAttemptAt - now)}`;
  return [...said, tried, state === 'ordered' ? next : undefined]
    .filter((part) => part !== undefined)
    .join(' · ');
}

function actionsOf(listing: Listing, entry: Entry): Markup | undefined {
  const { state, admissionId, orderId } = entry;
  if (orderId === undefined || (state !== 'ordered' && state !== 'dead')) return undefined;
  const button = markup`<button class="quiet" aria-label="Retry ${orderId}">Retry</button>`;
  const address = addressOf(calm(listing.view), { discard: admissionId });
  const discard = markup`<a class="button danger" href="${address}" aria-label="Discard ${orderId}…">Discard…</a>`;
  return markup`<div class="actions">${actionForm(listing, 'retry', button, admissionId)}${state === 'dead' ? discard : undefined}</div>`;
}

/** To the page before and the one behind. */
export function pageLinks(
  { view }: Listing,
  name: 'deadPage' | 'waitingPage',
  what: string,
  { isLast }: EntryPage,
): Markup | undefined {
  const page = view[name];
  if (page === 1 && isLast) return undefined;
  const to = (other: number, text: string): Markup =>
    markup`<a class="button quiet" href="${addressOf(calm(view), { [name]: other })}">${text}</a>`;
  const more = page === MOST_PAGES ? markup`<span>the command lists more</span>` : to(page + 1, 'Next');
  return markup`<nav class="pages" aria-label="Pages of ${what}">${page > 1 ? to(page - 1, 'Previous') : undefined}<span>page ${page}</span>${isLast ? undefined : more}</nav>`;
}

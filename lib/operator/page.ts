/** The whole page. Pure. */
import { createHash } from 'node:crypto';
import { confirmation } from './confirmation.js';
import { entryTable, type Listing } from './entries.js';
import { eventList } from './event-list.js';
import type { Glance, LedgerGlance } from './glance.js';
import { Markup, markup } from '../markup.js';
import {
  deadList,
  newsList,
  plots,
  refusals,
  retryAll,
  section,
  shopTiles,
  waitingList,
} from './sections.js';
import { stateFacts } from './state.js';
import { STYLE } from './style.js';
import { addressOf, calm, type Done, REFRESH_EVERY, type View } from './view.js';
import { sayDay, sayShortTime, sayTime } from './words.js';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');
const STYLE_SHEET = new Markup(STYLE);

/** Nothing is loaded, nothing runs, and nobody puts the page into a frame. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

const WHOLE = 'the whole shop, from the ledger';
const DONE: Readonly<Record<Done, string>> = {
  retried: 'It is on the schedule again, due at once.',
  'not-retried':
    'Nothing was retried: it is delivered or discarded by now, or somebody is sending it right now.',
  'all-retried': 'All that were dead are on the schedule again, due at once.',
  discarded: 'It is discarded: Fanfare will not hear of it. The order itself is none the worse.',
  'not-discarded': 'Nothing was discarded: it is not dead any more.',
  'event-retried': 'The event is worked once more, within 15 seconds, by a process that has its receiver.',
  'event-discarded': 'The event is thrown away. What it told of is not done.',
  'event-gone': 'Nothing was done: the event was retried or thrown away already.',
};

export interface PageParts extends Omit<Listing, 'now'> {
  readonly glance: Glance;
  /** Names this process. */
  readonly processName: string;
}

export function renderPage(parts: PageParts): string {
  const { glance } = parts;
  const dead = (glance.ledger?.now.dead ?? 0) + (glance.ledger?.deadEvents.events.length ?? 0);
  const title = dead > 0 ? `(${dead} dead) The sale` : 'The sale';
  return markup`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex"><title>${title}</title><style>${STYLE_SHEET}</style></head>
<body>${header(parts)}<main>${main(parts)}</main></body></html>
`.text;
}

function header({ glance: { at }, processName, view }: PageParts): Markup {
  const refreshes = view.refreshes ? 'Stop refreshing' : `Refresh every ${REFRESH_EVERY} seconds`;
  const toggled = addressOf(calm(view), { refreshes: !view.refreshes });
  return markup`<header><h1>The sale</h1><p class="faint">${sayDay(at)}, ${sayTime(at)} UTC · ${processName}</p>
<nav aria-label="Refreshing"><a href="${addressOf(calm(view))}">Refresh now</a> · <a href="${toggled}">${refreshes}</a></nav></header>`;
}

function main(parts: PageParts): Markup {
  const { glance, view, processName } = parts;
  const { ledger, minutes, news, at, since } = glance;
  const listing: Listing = { ...parts, now: at };
  const own = `${processName} alone, the last ${minutes.length} minutes; it has listened since ${sayShortTime(since)} UTC`;
  return markup`${view.done && markup`<p class="notice" role="status">${DONE[view.done]}</p>`}
${ledger === undefined ? AWAY : confirmation(listing, ledger)}
${search(view)}${found(listing, ledger)}
${ledger && section('At a glance', WHOLE, shopTiles(ledger))}
${section('How it stands', 'deliveries, Fanfare and the ledger', stateFacts(glance))}
${section('Minute by minute', own, plots(glance))}
${ledger && section('Dead completions', `${WHOLE}: Fanfare refused them, the oldest first`, deadList(listing, ledger.dead), retryAll(listing, ledger.dead))}
${ledger && deadEvents(listing, ledger)}
${ledger && section('Waiting completions', `${WHOLE}: Fanfare has not heard of them, the oldest first`, waitingList(listing, ledger.waiting))}
${section('Refused, by reason', own, refusals(glance))}
${section('Latest warnings', `${processName} alone`, newsList(news, at))}`;
}

const AWAY = markup`<p class="alert" role="alert"><b>The ledger does not answer.</b> No order goes through until it does. What is below is from this process alone.</p>`;

/** Most shops never have one, and some have no webhooks. */
function deadEvents(listing: Listing, { deadEvents: page }: LedgerGlance): Markup | undefined {
  if (page.events.length === 0) return undefined;
  const about = `${WHOLE}: they failed for three days; the oldest first`;
  return section('Dead webhook events', about, eventList(listing, page));
}

function search(view: View): Markup {
  const refresh = view.refreshes ? markup`<input type="hidden" name="refresh" value="on">` : undefined;
  return markup`<form class="search" method="get" role="search"><label>Find an order, a consumer or an admission by its id
<input type="search" name="search" value="${view.search}" maxlength="255" autocomplete="off" spellcheck="false"></label>${refresh}<button>Find</button></form>`;
}

function found(listing: Listing, ledger: LedgerGlance | undefined): Markup | undefined {
  const { search: name } = listing.view;
  if (name === undefined || ledger?.found === undefined) return undefined;
  const { found: entries } = ledger;
  const body =
    entries.length === 0
      ? markup`<p class="card">The ledger knows nothing by this id: no order attempt was made with it.</p>`
      : entryTable('What was found', listing, entries);
  return section(`Found for “${name}”`, WHOLE, body);
}

/** The parts of the page, from top to bottom. Pure. */
import { entryTable, type Listing, pageLinks, actionForm } from './entries.js';
import type { EntryPage, EventPage, Glance, LedgerGlance } from './glance.js';
import { markup, type Markup } from '../markup.js';
import { plot } from './plot.js';
import { COUNTED, type Counted, type News } from './pulse.js';
import { table } from './table.js';
import { sayAge, sayNumber, sayTime } from './words.js';

/** A part with its heading; `about` says whose numbers these are. */
export function section(title: string, about: string, body: Markup, action?: Markup): Markup {
  return markup`<section aria-label="${title}"><div class="heading"><h2>${title}</h2><p class="faint">${about}</p>${action}</div>${body}</section>`;
}

interface Tile {
  readonly title: string;
  readonly number: number;
  readonly about: string;
  readonly alarm?: boolean;
}

export function shopTiles({ now, today, deadEvents }: LedgerGlance): Markup {
  const { active = 0, pending = 0, unresolved = 0, ordered = 0, dead = 0 } = now;
  const tiles: readonly Tile[] = [
    { title: 'In checkout', number: active + pending, about: `${sayNumber(pending)} paying elsewhere` },
    { title: 'Ordered', number: today.ordered, about: 'in 24 hours' },
    { title: 'Delivered', number: today.delivered, about: 'to Fanfare, in 24 hours' },
    { title: 'Waiting', number: ordered, about: 'Fanfare has not heard yet' },
    { title: 'Dead', number: dead, about: 'refused; you decide', alarm: dead > 0 },
    { title: 'Unresolved', number: unresolved, about: 'ended without a word' },
    ...eventTiles(deadEvents),
  ];
  return markup`<dl class="tiles">${tiles.map(tileOf)}</dl>`;
}

function eventTiles({ events: { length: number }, isLast }: EventPage): readonly Tile[] {
  const about = isLast ? 'of webhooks; you decide' : 'or more, of webhooks';
  return number === 0 ? [] : [{ title: 'Dead events', number, about, alarm: true }];
}

function tileOf({ title, number, about, alarm = false }: Tile): Markup {
  return markup`<div class="${alarm ? 'alarm' : undefined}"><dt>${title}</dt><dd><p class="number">${sayNumber(number)}</p><p class="faint">${about}</p></dd></div>`;
}

const PLOTS: Readonly<Record<Counted, string>> = {
  admitted: 'Admitted',
  checkouts: 'Checkouts begun',
  ordered: 'Ordered',
  delivered: 'Delivered',
  dead: 'Dead',
  refused: 'Refused',
};
const MINUTE_MS = 60_000;

export function plots({ minutes }: Glance): Markup {
  const from = (minutes[0]?.minute ?? 0) * MINUTE_MS;
  const plotOf = (kind: Counted): Markup =>
    plot({ title: PLOTS[kind], kind, from, values: minutes.map(({ counts }) => counts[kind] ?? 0) });
  return markup`<div class="plots">${COUNTED.map(plotOf)}</div>`;
}

export function refusals({ minutes }: Glance): Markup {
  const sums = new Map<string, number>();
  for (const { refused } of minutes) {
    for (const [code, number] of refused) sums.set(code, (sums.get(code) ?? 0) + number);
  }
  if (sums.size === 0) return markup`<p class="card">Nobody was refused.</p>`;
  const rows = [...sums].sort(([, one], [, other]) => other - one);
  const columns = [
    { title: 'Reason', cell: ([code]: readonly [string, number]) => markup`<code>${code}</code>` },
    {
      title: 'Times',
      className: 'amount',
      cell: ([, number]: readonly [string, number]) => sayNumber(number),
    },
  ];
  return markup`<div class="narrow">${table('Refused by reason', columns, rows)}</div>`;
}

export function deadList(listing: Listing, page: EntryPage): Markup {
  if (page.entries.length === 0) return markup`<p class="card">None. Nothing waits for you.</p>`;
  const list = entryTable('Dead completions', listing, page.entries);
  return markup`${list}${pageLinks(listing, 'deadPage', 'dead completions', page)}`;
}

export function retryAll(listing: Listing, { entries }: EntryPage): Markup | undefined {
  if (entries.length < 2) return undefined;
  return actionForm(listing, 'retry-all', markup`<button class="quiet">Retry all that are dead</button>`);
}

export function waitingList(listing: Listing, page: EntryPage): Markup {
  if (page.entries.length === 0) return markup`<p class="card">None. Fanfare has heard of every order.</p>`;
  const list = entryTable('Waiting completions', listing, page.entries);
  return markup`${list}${pageLinks(listing, 'waitingPage', 'waiting completions', page)}`;
}

export function newsList(news: readonly News[], now: number): Markup {
  if (news.length === 0) return markup`<p class="card">None.</p>`;
  const line = ({ at, type, level, message }: News): Markup =>
    markup`<li class="${level}"><b>${type}</b> <span class="faint">${sayTime(at)}, ${sayAge(now - at)} ago</span><br>${message}</li>`;
  return markup`<ol class="news card">${news.map(line)}</ol>`;
}

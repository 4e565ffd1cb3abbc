/** What the operator wants to see, as it stands in the address. Pure. */
import { compact } from '../admission/compact.js';
import { isId } from '../admission/identity.js';
import { isShortText } from '../admission/short-text.js';
import { isEventId } from '../completion/dead-events.js';
import { parametersOf } from '../middleware/parameters.js';
import { queryOf } from '../middleware/url.js';

/** Completions on one page of a list. */
export const PAGE_SIZE = 25;
/** More than this nobody pages through: the command lists up to 10,000. */
export const MOST_PAGES = 40;
/** In seconds. */
export const REFRESH_EVERY = 30;

/** What has just been done. */
export type Done = (typeof DONE)[number];
const DONE = [
  'retried',
  'not-retried',
  'all-retried',
  'discarded',
  'not-discarded',
  'event-retried',
  'event-discarded',
  'event-gone',
] as const;

export interface View {
  readonly deadPage: number;
  readonly waitingPage: number;
  readonly refreshes: boolean;
  /** An order, a consumer or an admission. */
  readonly search?: string;
  /** The admission whose completion is about to be discarded. */
  readonly discard?: string;
  /** The webhook event that is about to be thrown away. */
  readonly discardEvent?: string;
  readonly done?: Done;
}

export function viewOf(target: string): View {
  const query = parametersOf(queryOf(target));
  const [sought, discard, discardEvent] = [query('search'), query('discard'), query('discard-event')];
  const search = typeof sought === 'string' ? sought.trim() : undefined;
  const done = DONE.find((known) => known === query('done'));
  return {
    deadPage: pageOf(query('dead')),
    waitingPage: pageOf(query('waiting')),
    refreshes: query('refresh') === 'on',
    ...(isShortText(search) ? { search } : {}),
    ...(isId(discard) ? { discard } : {}),
    ...(isEventId(discardEvent) ? { discardEvent } : {}),
    ...(done === undefined ? {} : { done }),
  };
}

/** The address of a view, relative to the page, wherever that is mounted. */
export function addressOf(view: View, change: Partial<View> = {}): string {
  const { deadPage, waitingPage, refreshes, search, discard, discardEvent, done } = { ...view, ...change };
  const behindFirst = (page: number): string | undefined => (page > 1 ? String(page) : undefined);
  const fields = compact({
    ...{ search, dead: behindFirst(deadPage), waiting: behindFirst(waitingPage) },
    ...{ refresh: refreshes ? 'on' : undefined, discard, 'discard-event': discardEvent, done },
  });
  return `?${new URLSearchParams(fields).toString()}`;
}

/** The same place, without what was said or asked there. */
export function calm({ deadPage, waitingPage, refreshes, search }: View): View {
  return { deadPage, waitingPage, refreshes, ...(search === undefined ? {} : { search }) };
}

function pageOf(value: unknown): number {
  const page = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : 1;
  return Math.min(Math.max(1, page), MOST_PAGES);
}

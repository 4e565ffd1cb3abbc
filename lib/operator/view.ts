/** What the operator wants to see, as it stands in the address. Pure. */
import { isId } from '../admission/identity.js';
import { isShortText } from '../admission/short-text.js';

/** Completions on one page of a list. */
export const PAGE_SIZE = 25;
/** More than this nobody pages through: the command lists up to 10,000. */
export const MOST_PAGES = 40;
/** In seconds. */
export const REFRESH_EVERY = 30;

/** What has just been done. */
export type Done = 'retried' | 'not-retried' | 'all-retried' | 'discarded' | 'not-discarded';
const DONE: readonly Done[] = ['retried', 'not-retried', 'all-retried', 'discarded', 'not-discarded'];

export interface View {
  readonly deadPage: number;
  readonly waitingPage: number;
  readonly refreshes: boolean;
  /** An order, a consumer or an admission. */
  readonly search?: string;
  /** The admission whose completion is about to be discarded. */
  readonly discard?: string;
  readonly done?: Done;
}

export function viewOf(target: string): View {
  const query = new URLSearchParams(target.includes('?') ? target.slice(target.indexOf('?')) : '');
  const search = query.get('search')?.trim() ?? '';
  const discard = query.get('discard');
  const done = DONE.find((known) => known === query.get('done'));
  return {
    deadPage: pageOf(query.get('dead')),
    waitingPage: pageOf(query.get('waiting')),
    refreshes: query.get('refresh') === 'on',
    ...(isShortText(search) ? { search } : {}),
    ...(isId(discard) ? { discard } : {}),
    ...(done === undefined ? {} : { done }),
  };
}

/** The address of a view, relative to the page, wherever that is mounted. */
export function addressOf(view: View, change: Partial<View> = {}): string {
  const { deadPage, waitingPage, refreshes, search, discard, done } = { ...view, ...change };
  const query = new URLSearchParams();
  if (search !== undefined) query.set('search', search);
  if (deadPage > 1) query.set('dead', String(deadPage));
  if (waitingPage > 1) query.set('waiting', String(waitingPage));
  if (refreshes) query.set('refresh', 'on');
  if (discard !== undefined) query.set('discard', discard);
  if (done !== undefined) query.set('done', done);
  return `?${query.toString()}`;
}

/** The same place, without what was said or asked there. */
export function calm({ deadPage, waitingPage, refreshes, search }: View): View {
  return { deadPage, waitingPage, refreshes, ...(search === undefined ? {} : { search }) };
}

function pageOf(text: string | null): number {
  const page = /^\d{1,3}$/.test(text ?? '') ? Number(text) : 1;
  return Math.min(Math.max(1, page), MOST_PAGES);
}

/** Gathers what the page shows: from this process, and from the ledger as far as it answers. */
import { isId } from '../admission/identity.js';
import type { DeadEvent, DeadEvents } from '../completion/dead-events.js';
import { askLedger, type LedgerParts } from '../completion/ledger-watch.js';
import type { Work } from '../completion/work.js';
import { FanfareError } from '../errors.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Counts } from '../ledger/overview.js';
import type { Row, RowStateName } from '../ledger/row.js';
import type { Validator } from '../validation/validator.js';
import { type Entry, entryOf } from './entry.js';
import type { Minute, News, Pulse, SaidPause } from './pulse.js';
import { PAGE_SIZE, type View } from './view.js';

export interface EntryPage {
  readonly entries: readonly Entry[];
  readonly isLast: boolean;
}

export interface EventPage {
  readonly events: readonly DeadEvent[];
  readonly isLast: boolean;
}

/** The whole shop: every process that shares the ledger. */
export interface LedgerGlance {
  /** As it is now. */
  readonly now: Counts;
  readonly today: { readonly ordered: number; readonly delivered: number };
  readonly dead: EntryPage;
  readonly waiting: EntryPage;
  /** Of webhooks, the oldest ones. */
  readonly deadEvents: EventPage;
  /** Absent: nothing was searched for. */
  readonly found?: readonly Entry[];
  /** What is about to be discarded. */
  readonly discard?: Entry;
}

export interface Glance {
  readonly at: number;
  readonly since: number;
  readonly minutes: readonly Minute[];
  readonly news: readonly News[];
  readonly deliveries: Work['state'];
  readonly pause: SaidPause | undefined;
  readonly breaker: ReturnType<Validator['paused']>;
  readonly engine: string;
  /** Absent: it does not answer. */
  readonly ledger?: LedgerGlance;
}

export interface GlanceParts extends LedgerParts {
  readonly pulse: Pulse;
  readonly work: Pick<Work, 'completions' | 'state'>;
  readonly events: DeadEvents;
  readonly validator: Pick<Validator, 'paused'>;
}

const DAY_MS = 24 * 60 * 60_000;
const NOW: readonly RowStateName[] = ['active', 'pending', 'unresolved', 'ordered', 'dead'];
const MOST_FOUND = 50;
const UNABLE = 'The ledger cannot be asked.';

export async function glanceAt(parts: GlanceParts, view: View): Promise<Glance> {
  const { clock, pulse, work, validator } = parts;
  const ledger = await lookAtLedger(parts, view);
  return {
    at: clock.now(),
    since: pulse.since,
    minutes: pulse.minutes(),
    news: pulse.news(),
    deliveries: work.state,
    pause: pulse.pause(),
    breaker: validator.paused(),
    engine: parts.ledger.engine,
    ...(ledger === undefined ? {} : { ledger }),
  };
}

async function lookAtLedger(parts: GlanceParts, view: View): Promise<LedgerGlance | undefined> {
  try {
    // One after the other: when it is away, the first says so, and nobody waits for the rest.
    const now = await ask(parts, (ledger) => ledger.count({ states: NOW }));
    const ordered = await ask(parts, (ledger) => ledger.countOrders(DAY_MS));
    const { delivered = 0 } = await ask(parts, (ledger) =>
      ledger.count({ states: ['delivered'], newerThanMs: DAY_MS }),
    );
    const dead = await pageOf(parts, 'dead', view.deadPage);
    const waiting = await pageOf(parts, 'ordered', view.waitingPage);
    const deadEvents = await eventsOf(parts);
    return { now, today: { ordered, delivered }, dead, waiting, deadEvents, ...(await wanted(parts, view)) };
  } catch (error) {
    if (error instanceof FanfareError && error.code === 'LEDGER_UNAVAILABLE') return undefined;
    throw error;
  }
}

async function wanted(
  parts: GlanceParts,
  { search, discard }: View,
): Promise<Pick<LedgerGlance, 'found' | 'discard'>> {
  const doomed = discard === undefined ? undefined : await parts.work.completions.show(discard);
  return {
    ...(search === undefined ? {} : { found: await searched(parts, search) }),
    ...(doomed?.state === 'dead' ? { discard: doomed } : {}),
  };
}

async function pageOf({ work }: GlanceParts, state: 'dead' | 'ordered', page: number): Promise<EntryPage> {
  const entries = await work.completions.list({ states: [state], limit: page * PAGE_SIZE + 1 });
  const start = (page - 1) * PAGE_SIZE;
  return { entries: entries.slice(start, start + PAGE_SIZE), isLast: entries.length <= start + PAGE_SIZE };
}

async function eventsOf({ events: dead }: GlanceParts): Promise<EventPage> {
  const events = await dead.list(PAGE_SIZE + 1);
  return { events: events.slice(0, PAGE_SIZE), isLast: events.length <= PAGE_SIZE };
}

/** By whatever it may be the name of. */
async function searched(parts: GlanceParts, name: string): Promise<readonly Entry[]> {
  const rows = [...(await ask(parts, (ledger) => ledger.search({ orderId: name }, MOST_FOUND)))];
  if (isId(name)) {
    rows.push(...(await ask(parts, (ledger) => ledger.search({ consumerId: name }, MOST_FOUND))));
    const own = await ask(parts, (ledger) => ledger.find(name));
    if (own !== undefined) rows.push(own);
  }
  return distinct(rows).slice(0, MOST_FOUND).map(entryOf);
}

function distinct(rows: readonly Row[]): Row[] {
  return [...new Map(rows.map((row) => [row.admission.id, row])).values()];
}

function ask<T>(parts: GlanceParts, work: (ledger: Ledger) => Promise<T>): Promise<T> {
  return askLedger(parts, UNABLE, work);
}

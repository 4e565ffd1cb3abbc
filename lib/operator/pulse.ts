/** What happened in this process, minute by minute: an hour of numbers, and the latest that went wrong. */
import type { Clock } from '../clock.js';
import type { FanfareErrorCode } from '../errors.js';
import type { FanfareEvent } from '../events.js';

/** What is counted, in the order in which a sale comes through it. */
export const COUNTED = ['admitted', 'checkouts', 'ordered', 'delivered', 'dead', 'refused'] as const;
export type Counted = (typeof COUNTED)[number];

export interface Minute {
  /** Minutes since the epoch. */
  readonly minute: number;
  readonly counts: Readonly<Partial<Record<Counted, number>>>;
  readonly refused: ReadonlyMap<FanfareErrorCode, number>;
}

/** Something that somebody should know about. */
export interface News {
  readonly at: number;
  readonly type: string;
  readonly level: 'warn' | 'error';
  readonly message: string;
}

/** Why this process has paused the deliveries, as it said. */
export type SaidPause = Extract<FanfareEvent, { type: 'deliveries.paused' }>;

export interface Pulse {
  /** Since when it has listened, in milliseconds since the epoch. */
  readonly since: number;
  /** Exactly {@link MINUTES}, the one that runs now last. */
  minutes(): readonly Minute[];
  /** The latest first. */
  news(): readonly News[];
  pause(): SaidPause | undefined;
  hear(event: FanfareEvent): void;
}

export const MINUTES = 60;
const MOST_NEWS = 20;
const MINUTE_MS = 60_000;

const COUNTS: Readonly<Partial<Record<FanfareEvent['type'], Counted>>> = {
  'admission.attached': 'admitted',
  'admission.claimed': 'checkouts',
  'completion.recorded': 'ordered',
  'completion.delivered': 'delivered',
  'completion.dead': 'dead',
  'admission.refused': 'refused',
};

class Bucket implements Minute {
  readonly counts: Partial<Record<Counted, number>> = {};
  readonly refused = new Map<FanfareErrorCode, number>();

  constructor(readonly minute: number) {}

  add(counted: Counted, event: FanfareEvent): void {
    this.counts[counted] = (this.counts[counted] ?? 0) + 1;
    if (event.type === 'admission.refused') {
      this.refused.set(event.code, (this.refused.get(event.code) ?? 0) + 1);
    }
  }
}

/** Listens from now on; keeps an hour, whatever happens in it. */
export function createPulse(clock: Clock): Pulse {
  const kept = new Map<number, Bucket>();
  let news: readonly News[] = [];
  let pause: SaidPause | undefined;
  const minuteNow = (): number => Math.floor(clock.now() / MINUTE_MS);

  const bucket = (minute: number): Bucket => {
    const known = kept.get(minute);
    if (known !== undefined) return known;
    for (const old of kept.keys()) if (old <= minute - MINUTES) kept.delete(old);
    const made = new Bucket(minute);
    kept.set(minute, made);
    return made;
  };

  return {
    since: clock.now(),
    minutes: () => {
      const first = minuteNow() - MINUTES + 1;
      return Array.from({ length: MINUTES }, (_none, at) => kept.get(first + at) ?? new Bucket(first + at));
    },
    news: () => news,
    pause: () => pause,
    hear(event) {
      const counted = COUNTS[event.type];
      if (counted !== undefined) bucket(minuteNow()).add(counted, event);
      if (event.type === 'deliveries.paused') pause = event;
      if (event.type === 'deliveries.resumed') pause = undefined;
      if (isNews(event)) news = [newsOf(event, clock.now()), ...news].slice(0, MOST_NEWS);
    },
  };
}

/** Refusals are counted instead: on the night of a sale there are thousands. */
function isNews(event: FanfareEvent): event is FanfareEvent & { readonly level: News['level'] } {
  return event.level !== 'info' && event.type !== 'admission.refused';
}

function newsOf({ type, level, message }: FanfareEvent & { level: News['level'] }, at: number): News {
  return { at, type, level, message };
}

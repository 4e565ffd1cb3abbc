/** How many tokens one client may try that Fanfare does not confirm: junk must not use up Fanfare's patience with us. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Question, Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import { type Asker, questionKey } from './question-key.js';
import { throttle } from './watch.js';

export interface CeilingOptions extends Asker {
  /** Most tries of one client in a minute that no yes made up for. */
  readonly perMinute: number;
  readonly clock: Clock;
  readonly emit: OnEvent;
}

/** The client has to wait. */
export interface Exceeded {
  readonly waitMs: number;
}

export interface Ceiling {
  /**
   * Asks, unless the client has tried too often. A try counts until Fanfare says yes, a minute at most; while Fanfare has
   * not answered, the same question again is the same try.
   */
  within(client: string, question: Question, ask: () => Promise<Verdict>): Promise<Verdict | Exceeded>;
}

interface Try {
  readonly about: string;
  readonly at: number;
  state: 'asking' | 'unanswered' | 'refused';
}

const WINDOW_MS = 60_000;
/** The longest that a call takes: by then its try may be made up for. */
const CALL_MS = 2_000;
const TELL_EVERY_MS = 60_000;
const CLIENTS = 5_000;

/** Makes a ceiling that remembers the latest clients by hashes, never by their addresses. */
export function createCeiling(options: CeilingOptions): Ceiling {
  const { clock, perMinute } = options;
  const clients = new LRUCache<string, Set<Try>>({ max: CLIENTS });
  const tell = createTeller(options);

  return {
    async within(client, question, ask) {
      const now = clock.now();
      const key = hash('sha256', client, 'binary');
      const tries = recent(clients.get(key), now);
      const about = questionKey(options, question);
      const same = [...tries].find((other) => other.about === about && other.state !== 'refused');
      if (same === undefined && tries.size >= perMinute) {
        tell();
        return { waitMs: waitMs(tries, now) };
      }
      const mine = same ?? { about, at: now, state: 'asking' };
      mine.state = 'asking';
      clients.set(key, tries.add(mine));
      const verdict = await ask();
      settle(mine, tries, verdict);
      // Those whose tokens are good leave nothing behind, so that they push nobody out.
      if (tries.size === 0 && clients.peek(key) === tries) clients.delete(key);
      return verdict;
    },
  };
}

/** Without those that are over; the oldest stand first. */
function recent(tries: Set<Try> = new Set(), now: number): Set<Try> {
  for (const old of tries) {
    if (now < old.at + WINDOW_MS) break;
    tries.delete(old);
  }
  return tries;
}

function waitMs(tries: ReadonlySet<Try>, now: number): number {
  const all = [...tries];
  const oldest = all[0]?.at ?? now;
  const untilOver = oldest + WINDOW_MS - now;
  return all.some(({ state }) => state === 'asking') ? Math.min(CALL_MS, untilOver) : untilOver;
}

function settle(mine: Try, tries: Set<Try>, verdict: Verdict): void {
  if (verdict.answer === 'yes') tries.delete(mine);
  else mine.state = verdict.answer === 'no' ? 'refused' : 'unanswered';
}

function createTeller({ perMinute, clock, emit }: CeilingOptions): () => void {
  const mayTell = throttle(clock, TELL_EVERY_MS);
  let requests = 0;
  return () => {
    requests += 1;
    if (!mayTell()) return;
    const message = `Requests had to wait (${requests}), since their clients tried more than ${perMinute} tokens a minute that Fanfare did not confirm. If shoppers complain, see whether "trust proxy" is set: without it, all who come through a proxy are one client.`;
    emit({ type: 'clients.limited', level: 'warn', message, requests });
    requests = 0;
  };
}

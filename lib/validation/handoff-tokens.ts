/** Whether one of Fanfare's handoff tokens is good, asked once: it is good once, and may be sent twice. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Unknown } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import { createBreaker } from '../fanfare-api/breaker.js';
import type { HandoffClient, HandoffVerdict } from '../fanfare-api/handoffs.js';
import { createAsk } from './asking.js';
import { createWatch, throttle } from './watch.js';

export type HandoffTokens = (token: string) => Promise<HandoffVerdict | Unknown>;

const KEPT_MS = 60_000;
const ENTRIES = 1_000;
const SAY_EVERY_MS = 60_000;
const NAMELESS =
  'its answer to a handoff token names no consumer, distribution and type; give "api.readHandoff", which reads them from the answer';

interface Kept {
  readonly verdict: Promise<HandoffVerdict | Unknown>;
  readonly until: number;
}

/** Makes the check, with a breaker and room of its own: another host of Fanfare's is asked. */
export function createHandoffTokens(client: HandoffClient, clock: Clock, emit: OnEvent): HandoffTokens {
  const watch = createWatch(clock, emit);
  const ask = createAsk<string, HandoffVerdict>(
    { client, clock, breaker: createBreaker(clock, watch.changed), watch: watch.saw },
    { inFlight: 50, waiting: 100 },
  );
  const kept = new LRUCache<string, Kept>({ max: ENTRIES });
  const maySay = throttle(clock, SAY_EVERY_MS);
  const askAndSay: HandoffTokens = async (token) => {
    const verdict = await ask(token);
    const nameless = verdict.answer === 'yes' && !('triple' in verdict);
    if (nameless && maySay()) {
      const message = `Fanfare looks misconfigured: ${NAMELESS}.`;
      emit({ type: 'fanfare.misconfigured', level: 'error', message, reason: NAMELESS });
    }
    return verdict;
  };

  return async (token) => {
    const key = hash('sha256', token, 'base64url');
    const known = kept.get(key);
    // A form that was sent twice is one handoff: Fanfare would say no to the second, whose answer the shopper sees.
    if (known !== undefined && clock.now() < known.until) return known.verdict;
    const verdict = askAndSay(token);
    kept.set(key, { verdict, until: clock.now() + KEPT_MS });
    if ((await verdict).answer !== 'yes') kept.delete(key);
    return verdict;
  };
}

/** Asking Fanfare one question: when there is room, when it is worth it, and never by a rejection. */
import { compact } from '../admission/compact.js';
import { type Failure, failureOf } from '../admission/outage.js';
import type { Unknown, Verdict } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { Breaker, Heard, Pause } from '../fanfare-api/breaker.js';
import { createBulkhead, FULL } from '../fanfare-api/bulkhead.js';
import { errorName } from '../fanfare-api/failure.js';

export type Ask<Asked, Told extends Verdict> = (question: Asked) => Promise<Told | Unknown>;

export interface AskingParts<Asked, Told extends Verdict> {
  readonly client: {
    validate(question: Asked, spent: { readonly waitedMs: number }): Promise<Told>;
  };
  readonly clock: Clock;
  /** One for all who ask: there is one Fanfare. */
  readonly breaker: Breaker;
  /** Hears every verdict that was asked for. */
  readonly watch: (verdict: Verdict) => void;
}

/** Makes an asker with room of its own; the time spent waiting for it counts against the call's deadline. */
export function createAsk<Asked, Told extends Verdict>(
  parts: AskingParts<Asked, Told>,
  room: { inFlight: number; waiting: number },
): Ask<Asked, Told> {
  const { client, clock, breaker, watch } = parts;
  const bulkhead = createBulkhead(room.inFlight, room.waiting);

  /** Inside the call, so that whoever was let through always reports. */
  const answered = async (question: Asked, waitedMs: number): Promise<Told | Unknown> => {
    try {
      return await client.validate(question, { waitedMs });
    } catch (fault) {
      return faulty(fault);
    }
  };

  const call = async (question: Asked, arrivedAt: number): Promise<Told | Unknown> => {
    const entered = breaker.enter();
    if (typeof entered === 'object') return whilePaused(entered, clock.now());
    const verdict = await answered(question, clock.now() - arrivedAt);
    watch(verdict);
    entered(heardIn(verdict));
    return verdict;
  };

  return async (question) => {
    const pause = breaker.paused();
    if (pause !== undefined) return whilePaused(pause, clock.now());
    const arrivedAt = clock.now();
    const verdict = await bulkhead.run(() => call(question, arrivedAt)).catch(faulty);
    if (verdict !== FULL) return verdict;
    watch(TOO_MANY);
    return TOO_MANY;
  };
}

const TOO_MANY: Unknown = Object.freeze({
  answer: 'unknown',
  failure: 'busy',
  reason: 'too many validations at once',
  retryAfterSeconds: 1,
});

/** A fault in asking tells nothing about the token. */
function faulty(fault: unknown): Unknown {
  const reason = `the question could not be asked (${errorName(fault)})`;
  return { answer: 'unknown', failure: 'fault', reason };
}

function whilePaused({ cause, until }: Pause, now: number): Unknown {
  const reason = cause === 'away' ? 'it is away' : 'it asked for a pause';
  const retryAfterSeconds = Math.max(1, Math.ceil((until - now) / 1_000));
  return { answer: 'unknown', failure: cause, reason, retryAfterSeconds };
}

const ABOUT: Readonly<Record<Failure, Heard['about']>> = {
  away: 'failed',
  unclear: 'failed',
  locked: 'answered',
  fault: 'nothing',
  // A turn that did not come in time says nothing either.
  busy: 'nothing',
};

/** What a verdict says about Fanfare. */
function heardIn(verdict: Verdict): Heard {
  if (verdict.answer !== 'unknown') return { about: 'answered' };
  return compact({ about: aboutOf(verdict), retryAfterSeconds: verdict.retryAfterSeconds });
}

/** Who refuses to look at a request is there. Shoppers can bring that about, and must not be able to make an outage. */
function aboutOf(unknown: Unknown): Heard['about'] {
  const { status = 0 } = unknown;
  if (status === 429) return 'limited';
  const refuses = status >= 400 && status < 500 && status !== 408;
  return refuses ? 'answered' : ABOUT[failureOf(unknown)];
}

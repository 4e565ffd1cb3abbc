/** Is this token good right now? Asks Fanfare as seldom as the rules allow, and never too often at once. */
import type { No, Question, Verdict, Yes } from '../admission/verdict.js';
import type { Clock } from '../clock.js';
import type { OnEvent } from '../events.js';
import { createBreaker, type Pause } from '../fanfare-api/breaker.js';
import type { FanfareClient } from '../fanfare-api/client.js';
import { createAsk } from './asking.js';
import { questionKey } from './question-key.js';
import type { Asker } from './question-key.js';
import { createVerdictCache } from './verdict-cache.js';
import { createWatch } from './watch.js';

export interface ValidatorOptions extends Asker {
  readonly client: Pick<FanfareClient, 'validate'>;
  readonly clock: Clock;
  readonly emit: OnEvent;
}

/** What is known about an admission besides the question. */
export interface KnownLimits {
  /** The admission's end as the token tells it, in milliseconds since the epoch: no yes is kept beyond it. */
  readonly notAfter?: number;
}

/** No method ever rejects: what cannot be told is the verdict `unknown`. */
export interface Validator {
  /** For page loads: a kept verdict is good enough, and callers with the same question share one call. */
  page(question: Question, limits?: KnownLimits): Promise<Verdict>;
  /** For submits: always asked afresh; only submits that meet a running submit's call share it. */
  submit(question: Question): Promise<Verdict>;
  /** What `page` would say to exactly this question without a call. After a yes it is no stranger who asks. */
  kept(question: Question): Yes | No | undefined;
  /** Why nobody is asked for now; `undefined`: calls go out. */
  paused(): Pause | undefined;
}

type Share = (key: string, ask: () => Promise<Verdict>) => Promise<Verdict>;

/** Makes a validator with a cache, flights and bulkheads of its own. */
export function createValidator(options: ValidatorOptions): Validator {
  const { client, clock } = options;
  const watch = createWatch(clock, options.emit);
  const breaker = createBreaker(clock, watch.changed);
  const parts = { client, clock, breaker, watch: watch.saw };
  const cache = createVerdictCache();
  // Submits have room of their own: a flood of junk tokens on pages must not fill the buyers' place.
  const askForPage = createAsk(parts, { inFlight: 50, waiting: 100 });
  const askForSubmit = createAsk(parts, { inFlight: 50, waiting: 1_000 });
  const sharedByPages = singleFlight();
  const sharedBySubmits = singleFlight();

  return {
    async page(question, { notAfter } = {}) {
      const key = questionKey(options, question);
      const kept = cache.get(key, clock.now());
      if (kept !== undefined) return kept;
      return sharedByPages(key, async () => {
        const verdict = await askForPage(question);
        cache.set(key, verdict, clock.now(), notAfter);
        return verdict;
      });
    },
    submit: async (question) => sharedBySubmits(questionKey(options, question), () => askForSubmit(question)),
    kept: (question) => cache.get(questionKey(options, question), clock.now()),
    paused: () => breaker.paused(),
  };
}

/** Callers with the same key share one call for as long as it runs, and no longer. */
function singleFlight(): Share {
  const flights = new Map<string, Promise<Verdict>>();
  return (key, ask) => {
    const running = flights.get(key);
    if (running !== undefined) return running;
    const flight = ask().finally(() => flights.delete(key));
    flights.set(key, flight);
    return flight;
  };
}

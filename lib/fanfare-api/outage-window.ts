/** Whether Fanfare as a whole is failing: cockatiel's count breaker over the latest answers, as a plain value. */
import type * as Cockatiel from 'cockatiel';
import { loadCockatiel } from './cockatiel.js';

/** The latest answers; JSON, so that it can be kept and handed on. */
export interface OutageWindow {
  readonly samples: readonly (boolean | null)[];
  readonly currentSample: number;
  readonly failures: number;
  readonly successes: number;
}

/** More than half of the latest 20 answers. */
const FAILING = { threshold: 0.5, size: 20 };

/** `undefined` is a window without a failure in it. */
export function afterSuccess(window: OutageWindow | undefined): OutageWindow | undefined {
  if (window === undefined) return undefined;
  const breaker = breakerOf(window);
  breaker.success(loadCockatiel().CircuitState.Closed);
  const after = windowOf(breaker);
  return after.failures === 0 ? undefined : after;
}

/** `failing`: stop sending, and find out with single calls when it is over. */
export function afterFailure(window: OutageWindow | undefined): {
  readonly window: OutageWindow;
  readonly failing: boolean;
} {
  const breaker = breakerOf(window);
  const failing = breaker.failure(loadCockatiel().CircuitState.Closed);
  return { window: windowOf(breaker), failing };
}

function breakerOf(window: OutageWindow | undefined): Cockatiel.CountBreaker {
  const breaker = new (loadCockatiel().CountBreaker)(FAILING);
  // A breaker writes into its samples: it gets some of its own.
  if (window !== undefined) breaker.state = { ...window, samples: [...window.samples] };
  return breaker;
}

function windowOf(breaker: Cockatiel.CountBreaker): OutageWindow {
  return breaker.state as OutageWindow;
}

/** How often a call may be tried once more: seldom, so that whoever is down is not called twice as often for it. */

export interface RetryBudget {
  /** Counts a call. */
  readonly called: () => void;
  /** Whether one more try may be made; it is counted as made. */
  readonly spend: () => boolean;
}

/** With the first, which is saved from the start, that makes at most 1.2 calls for each of five or more. */
const CALLS_PER_RETRY = 10;

export function createRetryBudget(): RetryBudget {
  let saved = CALLS_PER_RETRY;
  return {
    called() {
      saved = Math.min(CALLS_PER_RETRY, saved + 1);
    },
    spend() {
      if (saved < CALLS_PER_RETRY) return false;
      saved = 0;
      return true;
    },
  };
}

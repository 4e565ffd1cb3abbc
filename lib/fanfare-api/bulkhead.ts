/** A limit on how many calls run at once and how many may wait for their turn. */

/** What `run` resolves with when there is no room left, not even to wait. */
export const FULL = Symbol('full');

export interface Bulkhead {
  /** Runs `task` now or when its turn comes; its rejection is passed on. */
  run<T>(task: () => Promise<T>): Promise<T | typeof FULL>;
}

/** Makes a bulkhead of `inFlight` running and `waiting` queued tasks. */
export function createBulkhead(inFlight: number, waiting: number): Bulkhead {
  let running = 0;
  const turns = createTurns();
  return {
    async run(task) {
      if (running < inFlight) running += 1;
      else if (turns.count() < waiting) await new Promise<void>((turn) => turns.add(turn));
      // Not an error: one for each who is turned away is what a crowd cannot be given.
      else return FULL;
      try {
        return await task();
      } finally {
        // Handed over, a place is never free for one who comes in between.
        const next = turns.take();
        if (next === undefined) running -= 1;
        else next();
      }
    },
  };
}

type Turn = () => void;

/** First come, first served. In two lists: leaving one at its front would move all who stand behind. */
function createTurns() {
  let latest: Turn[] = [];
  /** From the last to the first. */
  let earlier: Turn[] = [];
  return {
    count: () => latest.length + earlier.length,
    add: (turn: Turn) => latest.push(turn),
    take: () => {
      if (earlier.length === 0) [earlier, latest] = [latest.reverse(), earlier];
      return earlier.pop();
    },
  };
}

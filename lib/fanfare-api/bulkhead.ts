/** A limit on how many calls run at once and how many may wait for their turn. */
import type * as Cockatiel from 'cockatiel';
import { loadCockatiel } from './cockatiel.js';

/** What `run` resolves with when there is no room left, not even to wait. */
export const FULL = Symbol('full');

export interface Bulkhead {
  /** Runs `task` now or when its turn comes; its rejection is passed on. */
  run<T>(task: () => Promise<T>): Promise<T | typeof FULL>;
}

/** Makes a bulkhead of `inFlight` running and `waiting` queued tasks. */
export function createBulkhead(inFlight: number, waiting: number): Bulkhead {
  let policy: Cockatiel.BulkheadPolicy | undefined;
  return {
    async run(task) {
      policy ??= loadCockatiel().bulkhead(inFlight, waiting);
      // Asked beforehand, since an error for each who is turned away is what a crowd cannot be given.
      const full = policy.executionSlots === 0 && policy.queueSlots === 0;
      return full ? FULL : policy.execute(task);
    },
  };
}

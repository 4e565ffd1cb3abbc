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
      const cockatiel = loadCockatiel();
      policy ??= cockatiel.bulkhead(inFlight, waiting);
      try {
        return await policy.execute(task);
      } catch (error) {
        if (error instanceof cockatiel.BulkheadRejectedError) return FULL;
        throw error;
      }
    },
  };
}

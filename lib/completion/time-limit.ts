/** A limit on how long somebody else may take. */
import type { Clock } from '../clock.js';

/** Settles as `work` does, or rejects when `what` has not answered within `milliseconds`; `work` itself goes on. */
export function within<T>(
  clock: Clock,
  milliseconds: number,
  what: string,
  work: () => T | PromiseLike<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = clock.after(milliseconds, () => {
      reject(new Error(`${what} did not answer within ${milliseconds} ms`));
    });
    void started(work)
      .then(resolve, reject)
      .finally(() => {
        timer.cancel();
      });
  });
}

async function started<T>(work: () => T | PromiseLike<T>): Promise<T> {
  return work();
}

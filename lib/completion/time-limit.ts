/** A limit on how long somebody else may take. */
import type { Clock, Timer } from '../clock.js';

/** Settles as `work` does, or rejects when `what` has not answered within `milliseconds`; `work` itself goes on. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  what: string,
  work: () => T | PromiseLike<T>,
): Promise<T> {
  let timer: Timer | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = clock.after(milliseconds, () => {
      reject(new Error(`${what} did not answer within ${milliseconds} ms`));
    });
  });
  try {
    return await Promise.race([work(), limit]);
  } finally {
    timer?.cancel();
  }
}

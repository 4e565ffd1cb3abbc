/** A total deadline: one timer for a whole call, cleared when the call is over. */
import { systemClock } from '../clock.js';

/**
 * Runs `task` with a signal that aborts after `milliseconds`. Always on the machine's own clock: a deadline guards real
 * sockets, and those do not wait for a clock that is moved by hand.
 */
export async function withDeadline<T>(
  milliseconds: number,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const timer = systemClock.after(milliseconds, () => {
    controller.abort();
  });
  try {
    return await task(controller.signal);
  } finally {
    timer.cancel();
  }
}

/** Settles like `promise`, but rejects as soon as the signal aborts, even where `promise` never settles. */
export function unlessAborted<T>(signal: AbortSignal, promise: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      reject(signal.reason as Error);
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject);
  });
}

/** A total deadline: one timer for a whole call, cleared when the call is over. */
import { systemClock } from '../clock.js';

/** When a call has to end. Not an AbortSignal: to make one and listen to it takes a tenth of the time of a call. */
export class Deadline {
  readonly #acts: (() => void)[] = [];
  #passed = false;

  get passed(): boolean {
    return this.#passed;
  }

  /** The same for a merchant's own function. */
  toSignal(): AbortSignal {
    const controller = new AbortController();
    this.onPass(() => {
      controller.abort();
    });
    return controller.signal;
  }

  /** Acts when the time is up, at once when it is already. */
  onPass(act: () => void): void {
    if (this.#passed) act();
    else this.#acts.push(act);
  }

  pass(): void {
    this.#passed = true;
    for (const act of this.#acts.splice(0)) act();
  }
}

/**
 * Runs `task` with a deadline that passes after `milliseconds`. Always on the machine's own clock: a deadline guards real
 * sockets, and those do not wait for a clock that is moved by hand.
 */
export async function withDeadline<T>(
  milliseconds: number,
  task: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline();
  const timer = systemClock.after(milliseconds, () => {
    deadline.pass();
  });
  try {
    return await task(deadline);
  } finally {
    timer.cancel();
  }
}

/** Settles like `promise`, but rejects as soon as the deadline passes, even where `promise` never settles. */
export function unlessPassed<T>(deadline: Deadline, promise: PromiseLike<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.onPass(() => {
      reject(new Error('The time is up.'));
    });
    promise.then(resolve, reject);
  });
}

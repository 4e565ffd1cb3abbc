/** A clock that stands still until it is moved. */
import type { Clock, Timer } from '../clock.js';

const TURNS = 5;

interface Due {
  readonly at: number;
  readonly task: () => void;
}

/** Time in your hands: `advance` fires the timers that fall due, in order, and lets promises settle in between. */
export class ManualClock implements Clock {
  #now: number;
  readonly #timers = new Set<Due>();

  /** @param start milliseconds since the epoch */
  constructor(start = 1_700_000_000_000) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, task: () => void): Timer {
    const due: Due = { at: this.#now + Math.max(0, milliseconds), task };
    this.#timers.add(due);
    return {
      cancel: () => {
        this.#timers.delete(due);
      },
    };
  }

  /** Moves time forward by so many milliseconds. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settled();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
      await settled();
    }
    this.#now = end;
    await settled();
  }

  #next(end: number): Due | undefined {
    return [...this.#timers].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  }
}

/** A few turns of the event loop: enough for a chain of promises that waits for nothing but itself. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    turn(TURNS, resolve);
  });
}

/** By callbacks, since an hour of ticks is thousands of turns. */
function turn(left: number, done: () => void): void {
  setImmediate(() => {
    if (left > 1) turn(left - 1, done);
    else done();
  });
}

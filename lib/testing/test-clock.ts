/** A clock that goes like the machine's, and can be moved on. */
import type { Clock, Timer } from '../clock.js';

interface Waiting {
  readonly at: number;
  readonly fire: () => void;
}

/**
 * Runs by itself, so that a test may simply wait; `advance` moves it forward, and what falls due meanwhile happens in its
 * order. Its timers keep no process alive.
 */
export class TestClock implements Clock {
  readonly #waiting = new Set<Waiting>();
  #ahead = 0;

  now(): number {
    return Date.now() + this.#ahead;
  }

  after(milliseconds: number, task: () => void): Timer {
    const lasts = Math.min(Math.max(0, milliseconds), 2_147_483_647);
    const end = (): void => {
      clearTimeout(timer);
      this.#waiting.delete(waiting);
    };
    const fire = (): void => {
      end();
      task();
    };
    const timer = setTimeout(fire, lasts).unref();
    const waiting = { at: this.now() + lasts, fire };
    this.#waiting.add(waiting);
    return { cancel: end };
  }

  /** Moves time forward by so many milliseconds. */
  async advance(milliseconds: number): Promise<void> {
    const end = this.now() + milliseconds;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#ahead += Math.max(0, next.at - this.now());
      next.fire();
      await settled();
    }
    this.#ahead += Math.max(0, end - this.now());
    await settled();
  }

  #next(end: number): Waiting | undefined {
    return [...this.#waiting].filter(({ at }) => at <= end).sort((one, other) => one.at - other.at)[0];
  }
}

/** A few turns of the event loop: enough for a chain of promises that waits for nothing but itself. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
}

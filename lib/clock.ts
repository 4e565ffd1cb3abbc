/** The one door to the machine's time: everything else is handed a clock. */

/** A timer that has been started; `cancel` is idempotent. */
export interface Timer {
  cancel(): void;
}

/** Time as this package sees it. Hand in your own to move it in tests. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `task` once, `milliseconds` from now; must not keep the process alive. */
  after(milliseconds: number, task: () => void): Timer;
}

/** setTimeout overflows above this and would fire at once. */
const LONGEST_TIMEOUT_MS = 2_147_483_647;

/** The machine's clock, with timers that keep no process alive. */
export const systemClock: Clock = Object.freeze({
  now: () => Date.now(),
  after(milliseconds: number, task: () => void): Timer {
    const timer = setTimeout(task, Math.min(Math.max(0, milliseconds), LONGEST_TIMEOUT_MS)).unref();
    return {
      cancel: () => {
        clearTimeout(timer);
      },
    };
  },
});

/** Resolves after `milliseconds` of the clock's time. */
export function delay(clock: Clock, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });
}

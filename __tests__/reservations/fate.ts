/** What can happen to a process of the shop's at any moment. */
import { FanfareError } from '../../lib/index.js';

/** The process dies at the so many-th thing it says to the database, before or after that has been done. */
export interface Crash {
  readonly at: number;
  readonly after: boolean;
}

const CODES = [
  ...['SOLD_OUT', 'RESERVATION_MISSING', 'ADMISSION_EXPIRED', 'ADMISSION_USED', 'ADMISSION_IN_USE'],
];

/** Throws at the moment of the crash and ever after: a dead process says nothing more, not even ROLLBACK. */
export class Fate {
  #crash: Crash | undefined;
  #left = 0;
  #dead = false;

  begin(crash: Crash | undefined): void {
    this.#crash = crash;
    this.#left = crash?.at ?? 0;
  }

  say<Result>(work: () => Result): Result {
    if (this.#dead) throw new Error('dead');
    if (this.#crash === undefined || (this.#left -= 1) > 0) return work();
    this.#dead = true;
    if (this.#crash.after) work();
    throw new Error('died');
  }

  /** What became of a call: its code when it was refused. Throws for what no call may reject with. */
  readonly end = (error: unknown): string => {
    if (this.#dead) return 'died';
    if (error instanceof FanfareError && CODES.includes(error.code)) return error.code;
    throw error;
  };
}

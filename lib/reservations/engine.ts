/** What reservations need of a database: to run a step as one transaction. */
import type { Step } from './step.js';

/** A step, told the engine's time. */
export type TimedStep<Result> = (now: number) => Step<Result>;

export interface Engine {
  /** Makes the table of holds where there is none, and checks the stock table. Idempotent. */
  open(): Promise<void>;
  /** Runs a step as a transaction of its own; while it runs, no other step is at the holds of `admissionId`. */
  transact<Result>(admissionId: string, step: TimedStep<Result>): Promise<Result>;
  /** Runs a step within the merchant's open transaction. Throws a `TypeError` for what is none of this engine's. */
  within<Result>(transaction: unknown, admissionId: string, step: TimedStep<Result>): Promise<Result>;
  /** Runs a step that changes nothing; all that it sees was so at one time. */
  read<Result>(step: TimedStep<Result>): Promise<Result>;
  /** Closes what it opened itself. */
  close(): Promise<void>;
}

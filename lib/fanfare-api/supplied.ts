/** A merchant's own way to validate or complete, for what their dialect has no operation for. Neither ever rejects. */
import type { Question, Unknown, Verdict } from '../admission/verdict.js';
import type { DeliveryAnswer } from './answers.js';
import { unlessPassed, withDeadline } from './deadline.js';
import type { CompletionReport } from './dialect.js';
import { errorName } from './failure.js';
import { readSaid } from './said.js';
import type { Said } from './said.js';

/** `signal` aborts when the call's time is up. */
interface CallOptions {
  readonly signal: AbortSignal;
}

/**
 * Asks in the merchant's own way whether a token is good, and for these ids. Only `true` or `{ valid: true, … }` admits; a
 * throw, or no answer within 2 seconds, is "could not tell".
 */
export type ValidateFunction = (question: Question, options: CallOptions) => Said | Promise<Said>;

/**
 * Tells in the merchant's own way that an order used an admission. Only `true` counts as told; anything else, a throw, or
 * no answer within 10 seconds is tried again, with the same `idempotencyKey`.
 */
export type CompleteFunction = (report: CompletionReport, options: CallOptions) => boolean | Promise<boolean>;

/** The merchant's own functions, as far as there are any. */
export interface Supplied {
  readonly validate?: ValidateFunction;
  readonly complete?: CompleteFunction;
}

export async function validateBy(
  validate: ValidateFunction,
  question: Question,
  withinMs: number,
): Promise<Verdict> {
  const said = await asked('api.validate', withinMs, (options) => validate(question, options));
  if ('failed' in said) return unknown(said.failed);
  return readSaid(said.value, question) ?? unknown('"api.validate" answered neither true nor false');
}

export async function completeBy(
  complete: CompleteFunction,
  report: CompletionReport,
  withinMs: number,
): Promise<DeliveryAnswer> {
  const said = await asked('api.complete', withinMs, (options) => complete(report, options));
  if ('value' in said && said.value === true) return { kind: 'done', already: false, unasked: true };
  const reason = 'failed' in said ? said.failed : '"api.complete" did not answer true';
  return { kind: 'failed', unasked: true, reason };
}

async function asked(
  name: string,
  withinMs: number,
  ask: (options: CallOptions) => unknown,
): Promise<{ readonly value: unknown } | { readonly failed: string }> {
  return withDeadline(withinMs, async (deadline) => {
    try {
      return { value: await unlessPassed(deadline, Promise.resolve(ask({ signal: deadline.toSignal() }))) };
    } catch (error) {
      const why = deadline.passed ? 'gave no answer in time' : `failed (${errorName(error)})`;
      return { failed: `"${name}" ${why}` };
    }
  });
}

function unknown(reason: string): Unknown {
  return { answer: 'unknown', unasked: true, reason };
}

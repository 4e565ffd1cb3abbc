/** Calls at the word of the merchant's own code: what is not a success is an error, with Fanfare's status and code. */
import { compact } from '../admission/compact.js';
import { FanfareError } from '../errors.js';
import type { FanfareErrorDetails } from '../errors.js';
import { withDeadline } from './deadline.js';
import type { Body } from './dialect.js';
import { parseObject, readErrorBody } from './error-body.js';
import type { Failure } from './failure.js';
import { isPage, isRefusal, isSuccess, retryAfterSeconds, statusWords, textOf } from './http-answer.js';
import type { Answer } from './http-answer.js';
import type { Line } from './line.js';

export interface Asking {
  readonly line: Line;
  /** Milliseconds since the epoch, for `Retry-After`. */
  readonly now: () => number;
}

export interface Ask {
  /** The public call, for messages. */
  readonly call: string;
  readonly path: string;
  readonly id?: string;
  readonly body: Body;
  /** What a success answers is not documented for every generation, and nobody needs it. */
  readonly anySuccess?: true;
  /** What went out and must not come back in an error, should Fanfare repeat it. */
  readonly secrets?: readonly string[];
  /** The key to call again with. */
  readonly idempotencyKey?: string;
}

const DEADLINE_MS = 10_000;
/** 4xx that speak about us or about now, not about what was asked. */
const PASSING: ReadonlySet<number> = new Set([401, 408, 425, 429]);
const CODE = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;

/**
 * Resolves with Fanfare's answer, an object. Rejects with `FANFARE_REFUSED` when Fanfare does not do it, and with
 * `FANFARE_UNAVAILABLE` when it could not be asked or answered so that nobody can tell.
 */
export async function ask({ line, now }: Asking, asked: Ask): Promise<Body> {
  const { path, id, body } = asked;
  const answer = await withDeadline(DEADLINE_MS, (deadline) =>
    line.post({ path, ...(id === undefined ? {} : { id }), body: () => body, deadline, retryUnsent: true }),
  );
  if ('failed' in answer) throw unavailable(asked, whyNot(asked, answer));
  const read = isSuccess(answer.status) ? readSuccess(asked, answer) : undefined;
  if (read !== undefined) return read;
  throw errorFor(asked, answer, now());
}

function readSuccess({ anySuccess }: Ask, answer: Answer): Body | undefined {
  return parseObject(textOf(answer)) ?? (anySuccess === true && !isPage(answer) ? {} : undefined);
}

/** An error for an answer that is there, but cannot be used. */
export function unreadable(asked: Ask): FanfareError {
  return unavailable(asked, perhapsDone(asked, 'its answer could not be read'));
}

function errorFor(asked: Ask, answer: Answer, now: number): FanfareError {
  if (isSuccess(answer.status)) return unreadable(asked);
  const { status } = answer;
  const fanfareCode = codeOf(asked, answer);
  const details = compact({ fanfareStatus: status, fanfareCode });
  const said = fanfareCode === undefined ? statusWords(status) : `${statusWords(status)}, ${fanfareCode}`;
  const refused = isRefusal(status) && !PASSING.has(status);
  if (refused) return failed('FANFARE_REFUSED', asked, `Fanfare refused it (${said})`, details);
  const words = PASSING.has(status) ? notAsked(said) : perhapsDone(asked, said);
  return unavailable(
    asked,
    words,
    compact({ ...details, retryAfterSeconds: retryAfterSeconds(answer, now) }),
  );
}

function whyNot(asked: Ask, { failed: why, away, unsent }: Failure): string {
  return away === true && unsent !== true ? perhapsDone(asked, why) : notAsked(why);
}

function notAsked(why: string): string {
  return `Fanfare could not be asked: ${why}`;
}

/** Money may have moved, so it matters that nobody reads "it was not done". */
function perhapsDone({ idempotencyKey }: Ask, why: string): string {
  const again = idempotencyKey === undefined ? '' : '; call again with the same "idempotencyKey"';
  return `nobody can tell whether Fanfare has done it (${why})${again}`;
}

function unavailable(asked: Ask, words: string, details: FanfareErrorDetails = {}): FanfareError {
  return failed('FANFARE_UNAVAILABLE', asked, words, details);
}

function failed(
  code: 'FANFARE_REFUSED' | 'FANFARE_UNAVAILABLE',
  { call, idempotencyKey }: Ask,
  message: string,
  details: FanfareErrorDetails,
): FanfareError {
  return new FanfareError(code, {
    message: `${call}: ${message}`,
    ...details,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
}

/** A code, never free text: what was sent may stand in it. */
function codeOf({ secrets = [] }: Ask, answer: Answer): string | undefined {
  const { code, error } = readErrorBody(textOf(answer));
  return [code, error].find(
    (word) => word !== undefined && CODE.test(word) && !secrets.some((secret) => word.includes(secret)),
  );
}

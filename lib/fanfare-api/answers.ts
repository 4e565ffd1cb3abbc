/** What Fanfare's answers mean: to "is this token good?", and to a completion. Pure and total. */
import { compact } from '../admission/compact.js';
import type { No, Question, Unknown, Verdict } from '../admission/verdict.js';
import { parseJson, readErrorBody, wordsOf } from './error-body.js';
import type { ErrorBody } from './error-body.js';
import {
  isPage,
  isRefusal,
  isSuccess,
  rateLimit,
  retryAfterSeconds,
  statusWords,
  textOf,
} from './http-answer.js';
import type { Answer, RateLimit } from './http-answer.js';
import { no, readSaid, readState } from './said.js';

/** How a delivery went. `reason` is one short line, safe to log: never a key, never a token. */
export type DeliveryAnswer = (
  | {
      readonly kind: 'done';
      /** True when Fanfare says that it knew already. */
      readonly already: boolean;
    }
  | {
      /** Fanfare does not take it; waiting alone will not help. */
      readonly kind: 'refused';
      readonly status: number;
      /** Whether the body names the request itself as malformed: it will never be taken. */
      readonly known: boolean;
      readonly reason: string;
    }
  | {
      /** It may well be taken later. */
      readonly kind: 'failed';
      readonly status?: number;
      readonly reason: string;
      readonly retryAfterMs?: number;
    }
) & {
  readonly rateLimit?: RateLimit;
  /** Fanfare was not asked at all, so this says nothing about whether it is up. */
  readonly unasked?: true;
};

/** Statuses that are statements about the admission. All others are about Fanfare, the network or us. */
const NO_BY_STATUS: ReadonlySet<number> = new Set([400, 403, 404, 409, 410, 422, 423]);

/** 4xx answers to a completion that pass with time; every other 4xx refuses it. */
const PASSING: ReadonlySet<number> = new Set([408, 409, 425, 429]);

const ALREADY = /already[\s_-]*completed/i;
const FP001 =
  'it asks for the shopper\'s fingerprint (FP001); set "fingerprintHeader", and let a script that sends that header hand tokens over and submit orders';
const SECRETS = /\b(?:sk|pk|whsec)_\S+|\beyJ\S+|\S{48,}/g;
const LONGEST_REASON = 200;

/** Reads an answer to `question`, never a yes by accident. `now` is milliseconds since the epoch. */
export function readVerdict(answer: Answer, question: Question, now: number): Verdict {
  const { status } = answer;
  const value = parseJson(textOf(answer));
  return (
    readRefused(answer, now) ??
    readSaid(value, question, status) ??
    readState(value, question, status) ??
    unknown(answer, now, `${statusWords(status)}, but no answer to be read in it`)
  );
}

/** Reads an answer as far as its status alone says that it is no yes. */
export function readRefused(answer: Answer, now: number): No | Unknown | undefined {
  const { status, body } = answer;
  if (typeof body !== 'string') return unknown(answer, now, `${statusWords(status)}, ${body.cut}`);
  const error = readErrorBody(body);
  if (error.code === 'FP001' || error.error === 'FINGERPRINT_REQUIRED') return withoutFingerprint(status);
  if (NO_BY_STATUS.has(status)) return no(error, status);
  return isSuccess(status) ? undefined : unknown(answer, now, statusWords(status));
}

/** A missing fingerprint is no fault of the shopper's: it is the shop that has to hand it on. */
function withoutFingerprint(status: number): Unknown {
  const reason = 'Fanfare asks for a fingerprint (FP001)';
  return { answer: 'unknown', reason, status, misconfigured: FP001 };
}

/** "Could not tell", with what the answer says about when to ask again. */
export function unknown(answer: Answer, now: number, reason: string): Unknown {
  const { status, body } = answer;
  const lost = typeof body === 'string' || isRefusal(status) ? undefined : (true as const);
  const seconds = retryAfterSeconds(answer, now);
  return compact({ answer: 'unknown' as const, reason, status, lost, retryAfterSeconds: seconds });
}

/** Reads an answer to a completion. `now` is milliseconds since the epoch. */
export function readDelivery(answer: Answer, now: number): DeliveryAnswer {
  const limit = rateLimit(answer.headers);
  return { ...outcomeOf(answer, now), ...(limit === undefined ? {} : { rateLimit: limit }) };
}

function outcomeOf(answer: Answer, now: number): DeliveryAnswer {
  const { status } = answer;
  const kind = kindOf(answer);
  if (kind === 'done') return { kind, already: false };
  const body = readErrorBody(textOf(answer));
  if (wordsOf(body).some((words) => ALREADY.test(words))) return { kind: 'done', already: true };
  const reason = reasonOf(answer, body);
  if (kind === 'refused') return { kind, status, known: body.known, reason };
  const seconds = retryAfterSeconds(answer, now);
  return compact({
    kind,
    status,
    reason,
    retryAfterMs: seconds === undefined ? undefined : seconds * 1_000,
  });
}

/** By the status, unless the body of a success says otherwise. */
function kindOf(answer: Answer): DeliveryAnswer['kind'] {
  const { status } = answer;
  if (!isSuccess(status)) {
    return isRefusal(status) && !PASSING.has(status) ? 'refused' : 'failed';
  }
  if (saysNo(answer)) return 'refused';
  return typeof answer.body !== 'string' || isPage(answer) ? 'failed' : 'done';
}

/** `false`, or `{ success: false }`, which is documented for a timed release. Any other success that is whole is taken for done. */
function saysNo(answer: Answer): boolean {
  const said = parseJson(textOf(answer));
  return said === false || (Object(said) as { success?: unknown }).success === false;
}

/** The texts of a body are Fanfare's, and may repeat what we sent: whatever looks like a secret goes. */
function reasonOf(answer: Answer, body: ErrorBody): string {
  const flaw = typeof answer.body === 'string' ? 'but its body is no success' : answer.body.cut;
  const words = statusWords(answer.status);
  const answered = isSuccess(answer.status) ? `${words}, ${flaw}` : words;

  const said = wordsOf(body).map((words) => words.replace(SECRETS, '[...]').replace(/[^\x20-\x7e]+/g, ' '));
  return [answered, ...new Set(said)].join(': ').slice(0, LONGEST_REASON);
}

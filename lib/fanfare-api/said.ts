/** What a value says about a token, whoever said it: Fanfare in a body, or a merchant's own function. Pure and total. */
import { compact } from '../admission/compact.js';
import { parseTime } from '../admission/expiry.js';
import { isId } from '../admission/identity.js';
import type { No, Question, Yes } from '../admission/verdict.js';
import type { Cells } from './dialect.js';
import { errorBodyOf, wordsOf } from './error-body.js';
import type { ErrorBody } from './error-body.js';

/** Yes or no, with whatever else is known. Anything that is neither counts as "could not tell". */
export type Said =
  | boolean
  | {
      readonly valid: boolean;
      /** When the admission ends: ISO 8601, milliseconds or seconds since the epoch. */
      readonly expiresAt?: string | number;
      readonly admittedAt?: string | number;
      readonly experienceId?: string;
      /** Why not: words that name expiry, or `FP002`, lead to the refusal that says so. */
      readonly code?: string;
    };

type Fields = Readonly<Record<string, unknown>>;

/** The names under which an answer may repeat an id that was asked about. */
const REPEATED: Readonly<Record<string, keyof Question>> = {
  consumerId: 'consumerId',
  distributionId: 'distributionId',
  distributionType: 'distributionType',
  queueId: 'distributionId',
  drawId: 'distributionId',
  auctionId: 'distributionId',
  timedReleaseId: 'distributionId',
};
/** The names under which a state shows the proof it grants. */
const GRANTS = ['admissionGrant', 'admissionToken', 'paymentToken'] as const;

/**
 * A consumer's states in the words of the generations: those that hold a grant, and those that hold none. A timed release
 * has states too, but no documented words for them.
 */
const STATES: Cells<Readonly<Record<'granted' | 'without', readonly string[]>>> = {
  queue: {
    granted: ['ADMITTED', 'GRANTED'],
    without: ['QUEUED', 'NOT_QUEUED', 'LEFT', 'COMPLETED', 'DENIED'],
  },
  draw: {
    granted: ['WON'],
    without: ['ENTERED', 'NOT_ENTERED', 'LOST', 'LEFT', 'COMPLETED', 'DENIED'],
  },
  auction: {
    granted: ['WON'],
    without: ['ACTIVE', 'NOT_BID', 'BIDDING', 'WINNING', 'OUTBID', 'LOST'],
  },
};

const EXPIRED = /expir/i;

/** Reads `true`, `false` or `{ valid }`; `undefined` when it is none of them. `status` is the HTTP status, if any. */
export function readSaid(value: unknown, question: Question, status?: number): Yes | No | undefined {
  if (value === true) return { answer: 'yes' };
  if (value === false) return no({ known: false }, status);
  const said = fieldsOf(value);
  if (said['valid'] === true) return yes(said, question, status);
  return said['valid'] === false ? no(errorBodyOf(said), status) : undefined;
}

/** Reads the consumer's state, which some generations answer with; it admits only if it grants this very token. */
export function readState(value: unknown, question: Question, status: number): Yes | No | undefined {
  const said = fieldsOf(value);
  const words = STATES[question.distributionType];
  if (words === undefined || typeof said['status'] !== 'string') return undefined;
  if (words.without.includes(said['status'])) return no(errorBodyOf(said), status);
  if (!words.granted.includes(said['status'])) return undefined;
  const grants = GRANTS.map((name) => said[name]).filter((grant) => typeof grant === 'string');
  if (grants.length === 0) return undefined;
  return grants.includes(question.token) ? yes(said, question, status) : no({ known: false }, status);
}

function yes(said: Fields, question: Question, status: number | undefined): Yes | No {
  const contradicts = Object.entries(REPEATED).some(
    ([name, asked]) => (said[name] ?? question[asked]) !== question[asked],
  );
  if (contradicts) return compact({ answer: 'no' as const, code: 'ADMISSION_MISMATCH' as const, status });
  const { experienceId } = said;
  return compact({
    answer: 'yes' as const,
    expiresAt: parseTime(said['expiresAt']),
    admittedAt: parseTime(said['admittedAt']),
    experienceId: isId(experienceId) ? experienceId : undefined,
  });
}

/** The no that belongs to an error body. */
export function no(body: ErrorBody, status: number | undefined): No {
  const { code, error, supportCode } = body;
  if (code === 'FP002' || error === 'DEVICE_MISMATCH') {
    return compact({ answer: 'no' as const, code: 'DEVICE_MISMATCH' as const, status, supportCode });
  }
  const expired = wordsOf(body).some((words) => EXPIRED.test(words));
  const refused = expired ? ('ADMISSION_EXPIRED' as const) : ('ADMISSION_INVALID' as const);
  return compact({ answer: 'no' as const, code: refused, status });
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

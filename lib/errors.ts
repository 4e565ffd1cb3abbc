/**
 * Every way this package says no, as one closed union of codes, and the HTTP answer that belongs to each.
 *
 * A code is stable: match on `error.code`, never on the text of a message.
 */

interface HttpAnswer {
  readonly status: number;
  /** A few words: a heading, and the `error` of a JSON answer. */
  readonly title: string;
  /** Seconds for `Retry-After`; absent when trying again by itself would not help. */
  readonly retryAfterSeconds?: number;
  /** Shown to the shopper: what to do next, never why a private rule refused them. */
  readonly text: string;
}

const ANSWERS = {
  ADMISSION_REQUIRED: {
    status: 403,
    title: 'Admission required',
    text: 'Please join the sale first, then come back to checkout from there.',
  },
  ADMISSION_INVALID: {
    status: 403,
    title: 'Admission not confirmed',
    text: 'We could not confirm your place. Please go back to the sale and continue from there.',
  },
  ADMISSION_EXPIRED: {
    status: 403,
    title: 'Admission expired',
    text: 'Your time to check out is over. Please go back to the sale to see what is still possible.',
  },
  ADMISSION_MISMATCH: {
    status: 403,
    title: 'Admission for something else',
    text: 'Your place is for something else. Please go back to the sale and continue from there.',
  },
  DEVICE_MISMATCH: {
    status: 403,
    title: 'Another device',
    text: 'Please finish on the device and in the browser where you joined the sale.',
  },
  ADMISSION_IN_USE: {
    status: 409,
    title: 'Admission in use',
    retryAfterSeconds: 5,
    text: 'An order with your place is already under way. Please wait a moment before you try again.',
  },
  ADMISSION_USED: {
    status: 409,
    title: 'Admission used',
    text: 'Your place has already been used for an order.',
  },
  ADMISSION_AMBIGUOUS: {
    status: 409,
    title: 'Several admissions fit',
    text: 'Several open admissions fit. Please name one by its admission id.',
  },
  INVALID_ADMISSION_DATA: {
    status: 400,
    title: 'Admission data damaged',
    text: 'The link or form you used is damaged. Please go back to the sale and continue from there.',
  },
  TOO_MANY_ATTEMPTS: {
    status: 429,
    title: 'Too many attempts',
    retryAfterSeconds: 60,
    text: 'Too many places were checked from your connection. Please wait a minute and try again.',
  },
  FANFARE_UNAVAILABLE: {
    status: 503,
    title: 'Please wait a moment',
    retryAfterSeconds: 5,
    text: 'We cannot confirm your place right now. Please stay on this page: your place is kept, and we try again by ourselves.',
  },
  FANFARE_REFUSED: {
    status: 502,
    title: 'Not possible',
    text: 'That did not work. Please go back to the sale and continue from there.',
  },
  NOT_IN_DIALECT: {
    status: 500,
    title: 'Not set up',
    text: 'This shop is not set up for that yet. Please tell the shop.',
  },
  CLAIM_LOST: {
    status: 409,
    title: 'Another attempt took over',
    text: 'Another order attempt with your place took over. Please look there before you pay again.',
  },
  SOLD_OUT: {
    status: 409,
    title: 'Not enough left',
    text: 'There are not as many left as you asked for. Please choose fewer, or something else.',
  },
  RESERVATION_MISSING: {
    status: 409,
    title: 'Not held any more',
    text: 'What you chose is not held for you any more. Please go back to your cart and try again.',
  },
  LEDGER_UNAVAILABLE: {
    status: 503,
    title: 'Please wait a moment',
    retryAfterSeconds: 5,
    text: 'We cannot take your order right now. Please stay on this page: your place is kept, and we try again by ourselves.',
  },
} as const satisfies Record<string, HttpAnswer>;

/** The closed union of codes: `switch` over it and the compiler tells you when one is missing. */
export type FanfareErrorCode = keyof typeof ANSWERS;

/** The HTTP answer of a code: its status, its text and, where waiting helps, `retryAfterSeconds`. */
export function answerOf(code: FanfareErrorCode): HttpAnswer {
  return ANSWERS[code];
}

/** So many of a line of a cart. */
export type MissingLine = Readonly<Record<'line' | 'item', string> & Record<'quantity', number>>;

/** What may travel with a {@link FanfareError} besides its code. */
export interface FanfareErrorDetails {
  /** Replaces the code's own text. Must not contain tokens, keys or cookies. */
  readonly message?: string;
  /** The order that used the admission; only known to those who may see it. */
  readonly orderId?: string;
  /** Fanfare's support code (FP002), to be read out to support. */
  readonly supportCode?: string;
  /** The HTTP status that Fanfare answered. */
  readonly fanfareStatus?: number;
  /** The code in Fanfare's answer, such as `validation_error`. */
  readonly fanfareCode?: string;
  /** The key to call again with, when it is not known whether Fanfare has done what it was asked to do. */
  readonly idempotencyKey?: string;
  /** The lines of the cart that are meant. */
  readonly lines?: readonly string[];
  /** How many of them are not held. */
  readonly missing?: readonly MissingLine[];
  /** Seconds for `Retry-After`, where better known than the code's default. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('express-fanfare.FanfareError');

/**
 * The only error this package throws or hands to `next` on purpose.
 *
 * `code`, `status` and `headers` are the answer a merchant's own error handler should give; `expose` tells handlers of
 * the `http-errors` family that the message may be shown. `instanceof` works across two copies of the package.
 */
export class FanfareError extends Error {
  override readonly name = 'FanfareError';
  readonly code: FanfareErrorCode;
  readonly status: number;
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly expose = true;
  readonly orderId?: string;
  readonly supportCode?: string;
  readonly fanfareStatus?: number;
  readonly fanfareCode?: string;
  readonly idempotencyKey?: string;
  readonly lines?: readonly string[];
  readonly missing?: readonly MissingLine[];

  constructor(code: FanfareErrorCode, details: FanfareErrorDetails = {}) {
    const answer = answerOf(code);
    const { message = answer.text, retryAfterSeconds = answer.retryAfterSeconds, cause, ...kept } = details;
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = this.statusCode = answer.status;
    this.headers = Object.freeze({
      'Cache-Control': 'no-store',
      ...(retryAfterSeconds === undefined
        ? {}
        : { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterSeconds))) }),
    });
    Object.assign(this, kept);
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}

/** One answer as it came over the wire, and the headers that every kind of call reads alike. */
import { STATUS_CODES } from 'node:http';
import { parseTime } from '../admission/expiry.js';
import { parseObject } from './error-body.js';
import { parseHttpDate } from './timestamps.js';

/** Header names in lower case; a header sent several times is a list. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** An HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  /** The whole body as text, or why there is none: too long, cut by the deadline, broken off. */
  readonly body: string | { readonly cut: string };
}

/** How fast Fanfare lets us go on: from its `X-RateLimit-Remaining` and `X-RateLimit-Reset`. */
export interface RateLimit {
  readonly remaining: number;
  /** Milliseconds since the epoch. */
  readonly resetAt: number;
}

const LONGEST_RETRY_AFTER_SECONDS = 86_400;
const WHOLE_NUMBER = /^\d{1,10}$/;

export function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/** Whether it is about the request, or who sent it. */
export function isRefusal(status: number): boolean {
  return status >= 400 && status <= 499;
}

/** An HTTP status in words, safe to log. */
export function statusWords(status: number): string {
  const words = STATUS_CODES[status];
  return words === undefined ? `HTTP ${status}` : `HTTP ${status} ${words}`;
}

/** The body's text; empty when it did not arrive whole. */
export function textOf(answer: Answer): string {
  return typeof answer.body === 'string' ? answer.body : '';
}

/**
 * Whether a web page came where Fanfare speaks JSON: whatever stands before it, or in its place, may say 200 with one, and
 * then nobody has heard what was said.
 */
export function isPage(answer: Answer): boolean {
  return /^\s*</.test(textOf(answer));
}

/**
 * How long Fanfare asks us to wait, in whole seconds from `now`, at most a day: `Retry-After` as seconds, ISO timestamp
 * or HTTP-date, else the body's `retryAfter` (the vendor's pages show all of them).
 */
export function retryAfterSeconds(answer: Answer, now: number): number | undefined {
  return (
    secondsFrom(header(answer.headers, 'retry-after'), now) ??
    secondsFrom(parseObject(textOf(answer))?.['retryAfter'], now)
  );
}

/** Both headers or nothing: half of a limit cannot be obeyed. */
export function rateLimit(headers: AnswerHeaders): RateLimit | undefined {
  const remaining = header(headers, 'x-ratelimit-remaining');
  const reset = header(headers, 'x-ratelimit-reset');
  if (!isWholeNumber(remaining) || !isWholeNumber(reset)) return undefined;
  return { remaining: Number(remaining), resetAt: Number(reset) * 1_000 };
}

/** When the answer was made, by the sender's clock; `undefined` when it does not tell, or a cache has kept it. */
export function sentAt({ headers }: Answer): number | undefined {
  const date = header(headers, 'age') === undefined ? header(headers, 'date') : undefined;
  return date === undefined ? undefined : parseHttpDate(date);
}

function secondsFrom(value: unknown, now: number): number | undefined {
  const seconds = relativeSeconds(value) ?? absoluteSeconds(value, now);
  return seconds === undefined
    ? undefined
    : Math.min(Math.max(0, Math.ceil(seconds)), LONGEST_RETRY_AFTER_SECONDS);
}

function relativeSeconds(value: unknown): number | undefined {
  if (isWholeNumber(value)) return Number(value);
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function absoluteSeconds(value: unknown, now: number): number | undefined {
  if (typeof value !== 'string') return undefined;
  const time = parseHttpDate(value) ?? parseTime(value);
  return time === undefined ? undefined : (time - now) / 1_000;
}

function isWholeNumber(value: unknown): value is string {
  return typeof value === 'string' && WHOLE_NUMBER.test(value);
}

function header(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  const first = typeof value === 'object' ? value[0] : value;
  return first?.trim();
}

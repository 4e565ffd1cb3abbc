/** The one place that writes answers, rightly or, where a fault says so, wrongly. */
import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import { iso } from './admission-record.js';
import { problem } from './answers.js';
import type { Answer } from './answers.js';
import type { Fault, StatusFault } from './faults.js';
import type { LoggedRequest } from './request-log.js';

/** What the emulator keeps with a response until it is sent. */
interface Kept {
  fault?: Fault;
  logged?: LoggedRequest;
}

const HUGE_BYTES = 1_048_576;

export function keptOf(res: Response): Kept {
  return res.locals as Kept;
}

/** Sends an answer; a fault that strikes after the effect takes its place here. */
export function send(res: Response, answer: Answer, now: number): void {
  const { fault } = keptOf(res);
  // The server's time is the emulator's: a client may compare the two.
  res.set('Date', new Date(now).toUTCString());
  switch (fault?.kind) {
    case 'answer-lost':
      res.socket?.resetAndDestroy();
      return;
    case 'malformed-json':
      write(res, 200, {}, '{"valid":tr');
      return;
    case 'huge-body':
      write(res, 200, {}, JSON.stringify({ valid: true, filler: 'x'.repeat(HUGE_BYTES) }));
      return;
    case 'status':
      sendAnswer(res, statusAnswer(fault, now));
      return;
    default:
      sendAnswer(res, answer);
  }
}

/** The answer of a status fault, with `Retry-After` in the form it asks for. */
export function statusAnswer(fault: StatusFault, now: number): Answer {
  const { status, retryAfterSeconds: seconds, retryAfterForm: form = 'seconds' } = fault;
  const text = STATUS_TEXTS[status] ?? `Answered ${status} on demand`;
  if (seconds === undefined) return problem(status, text);
  if (form === 'body') return problem(status, text, { retryAfter: seconds });
  const at = now + seconds * 1_000;
  const value = { seconds: String(seconds), iso: iso(at), 'http-date': new Date(at).toUTCString() }[form];
  return { ...problem(status, text), headers: { 'Retry-After': value } };
}

const STATUS_TEXTS: Readonly<Record<number, string>> = {
  401: 'Secret key required',
  429: 'Rate limit exceeded',
  500: 'internal_error',
  503: 'Service unavailable',
};

function sendAnswer(res: Response, { status, headers = {}, body }: Answer): void {
  write(res, status, headers, JSON.stringify(body));
}

function write(res: Response, status: number, headers: Readonly<Record<string, string>>, text: string): void {
  const { logged } = keptOf(res);
  if (logged) logged.status = status;
  res.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Request-Id': `req_${randomUUID()}`,
    ...headers,
  });
  res.end(text);
}

/** One receiver as a middleware: reads the raw body, has it checked, writes the events down, answers, and only then has them worked. */
import { FanfareError } from '../errors.js';
import type { Backstage } from '../middleware/backstage.js';
import type { Middleware, Next, Request, Response } from '../middleware/http.js';
import { lastResort } from '../middleware/run.js';
import type { Inbox } from './inbox.js';
import type { Mail } from './mail.js';
import { rawBody } from './raw-body.js';
import { RefusalReports } from './refusal-reports.js';
import type { RefusalReason } from './webhook-events.js';

/** What a request turned out to be: events, none of them for us if empty, or none at all. */
export type Reading<Work> = Iterable<Mail<Work>> | RefusalReason;

export interface ReceiverParts<Work> {
  readonly backstage: Backstage;
  readonly receiver: string;
  readonly maxBytes: number;
  readonly inbox: Inbox<Work>;
  /**
   * Checks the signature before anything else. Must not throw for anything that a stranger can send. Where there may be many
   * events, each is to be made when it is asked for.
   */
  readonly read: (body: Buffer, headers: Request['headers']) => Reading<Work>;
}

const STATUS: Readonly<Record<RefusalReason, number>> = {
  unsigned: 400,
  signature: 401,
  timestamp: 401,
  malformed: 400,
  too_large: 413,
};

const TEXT: Readonly<Record<RefusalReason, string>> = {
  unsigned: 'Not signed',
  signature: 'Signature does not fit',
  timestamp: 'Too old',
  malformed: 'Not an event',
  too_large: 'Too large',
};

export function receiverMiddleware<Work>(parts: ReceiverParts<Work>): Middleware {
  const reports = new RefusalReports(parts);
  return function receiveWebhook(req: Request, res: Response, next?: Next): void {
    receive(parts, reports, req, res).catch((error: unknown) => {
      // Outside the promise: what a merchant's error handler throws is its own.
      process.nextTick(() => {
        fail(error, res, next ?? lastResort(res));
      });
    });
  };
}

async function receive<Work>(
  { backstage, maxBytes, read, inbox }: ReceiverParts<Work>,
  reports: RefusalReports,
  req: Request,
  res: Response,
): Promise<void> {
  if (req.method !== 'POST') {
    res.setHeader('Allow', 'POST');
    answer(res, 405, { error: 'Events come by POST' });
    return;
  }
  const body = await rawBody({ req, res, clock: backstage.clock }, maxBytes);
  const reading = typeof body === 'string' ? body : read(body, req.headers);
  if (typeof reading === 'string') {
    reports.count(reading);
    answer(res, STATUS[reading], { error: TEXT[reading] });
    return;
  }
  const written = await inbox.accept(reading);
  answer(res, 200, { received: true });
  if (written > 0) inbox.nudge();
}

/** Whoever sent it tries again; a fault that is not the ledger's is the merchant's to hear of. */
function fail(error: unknown, res: Response, next: Next): void {
  if (!(error instanceof FanfareError)) {
    next(error);
    return;
  }
  for (const [name, value] of Object.entries(error.headers)) res.setHeader(name, value);
  answer(res, error.status, { error: error.message, code: error.code });
}

function answer(res: Response, status: number, body: object): void {
  if (res.headersSent) return;
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Cache-Control', 'no-store');
  res.end(JSON.stringify(body));
}

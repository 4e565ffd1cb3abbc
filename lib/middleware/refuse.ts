/** Answering a refusal: a redirect for a page visit, a small page where a redirect would mislead, JSON for the rest. */
import type { Context, Refusal } from './context.js';
import { targetOf, type Next, type Request, type Response } from './http.js';
import { html, type Page } from './pages.js';
import type { ReasonedRefusal } from './refusals.js';
import { location, pathOf, samePage, withParameter } from './url.js';
import { isNavigation, isPrefetch } from './visit.js';

/** What to send. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where the shopper can go from here. */
interface Ways {
  readonly experience: string;
  readonly order?: string;
  readonly back: string;
  readonly atExperience: boolean;
}

const STAYS_HERE = new Set([
  'ADMISSION_IN_USE',
  'ADMISSION_USED',
  'FANFARE_UNAVAILABLE',
  'LEDGER_UNAVAILABLE',
]);

/** Says that a request was refused, and answers it, unless the merchant's `onRefused` does. */
export function refuse(
  context: Context,
  req: Request,
  res: Response,
  next: Next,
  reasoned: ReasonedRefusal,
): void {
  const { refusal, detail } = reasoned;
  const { code, admissionId } = refusal;
  const message = `${req.method ?? 'A request'} ${pathOf(targetOf(req))} was refused: ${detail}.`;
  const named = admissionId === undefined ? {} : { admissionId };
  context.emit({ type: 'admission.refused', level: 'info', message, code, ...named });
  const { onRefused } = context.settings;
  if (onRefused === undefined) answerRefusal(context, req, res, refusal);
  else onRefused(refusal, req, res, next);
}

function answerRefusal(context: Context, req: Request, res: Response, refusal: Refusal): void {
  const answer = isNavigation(req)
    ? pageAnswer(req, refusal, waysOf(context, req, refusal))
    : jsonAnswer(refusal);
  res.statusCode = answer.status;
  for (const [name, value] of Object.entries({ ...refusal.headers, ...answer.headers }))
    res.setHeader(name, value);
  res.setHeader('Content-Length', Buffer.byteLength(answer.body));
  res.end(req.method === 'HEAD' ? undefined : answer.body);
}

function waysOf({ settings }: Context, req: Request, refusal: Refusal): Ways {
  const experience = location(settings.experienceUrl(req), 'experienceUrl');
  const { orderUrl } = settings;
  return {
    experience: withParameter(experience, 'fanfare', refusal.reason),
    atExperience: samePage(experience, targetOf(req), req.headers.host),
    back: pathOf(targetOf(req)),
    ...(orderUrl === undefined || refusal.orderId === undefined
      ? {}
      : { order: location(orderUrl(refusal.orderId), 'orderUrl') }),
  };
}

/** JSON: `error` is the short text, `code` the code. */
function jsonAnswer({ status, title, code, message, orderId, supportCode }: Refusal): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ error: title, code, message, orderId, supportCode }),
  };
}

function pageAnswer(req: Request, refusal: Refusal, ways: Ways): Answer {
  const visit = req.method === 'GET' || req.method === 'HEAD';
  const answer = visit ? visitAnswer(refusal, ways) : submitAnswer(refusal, ways);
  // A browser may show a page it loaded ahead of time, so a redirect there would outlive its reason.
  return isPrefetch(req) ? page(refusal, {}) : answer;
}

function visitAnswer(refusal: Refusal, ways: Ways): Answer {
  if (refusal.status === 503) return page(refusal, { reloadSeconds: Number(refusal.headers['Retry-After']) });
  if (ways.order !== undefined) return redirect(ways.order);
  return ways.atExperience ? page(refusal, {}) : redirect(ways.experience);
}

/** A form that was sent: to lead away from it as if nothing had happened would invite a second order. */
function submitAnswer(refusal: Refusal, ways: Ways): Answer {
  if (ways.order !== undefined) return page(refusal, { link: { href: ways.order, text: 'See your order' } });
  if (STAYS_HERE.has(refusal.code)) return page(refusal, { link: { href: ways.back, text: 'Back' } });
  return ways.atExperience ? page(refusal, {}) : redirect(ways.experience);
}

function page(
  { status, title, message, supportCode }: Refusal,
  rest: Pick<Page, 'link' | 'reloadSeconds'>,
): Answer {
  const sentence = supportCode === undefined ? message : `${message} Support code: ${supportCode}`;
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: html({ title, sentence, ...rest }),
  };
}

function redirect(url: string): Answer {
  return { status: 303, headers: { Location: url, 'Referrer-Policy': 'no-referrer' }, body: '' };
}

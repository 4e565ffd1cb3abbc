/** Answering a refusal: a redirect for a page visit, a small page where a redirect would mislead, JSON for the rest. */
import type { Context, Refusal } from './context.js';
import { targetOf, type Next, type Request, type Response } from './http.js';
import type * as Pages from './pages.js';
import { parametersOf } from './parameters.js';
import type { ReasonedRefusal } from './refusals.js';
import { location, pathOf, queryOf, samePage, samePath, withoutHostOf, withParameter } from './url.js';
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
  readonly atOrder: boolean;
}

/** The parameter that tells the experience why the shopper is there. */
const REASON = 'fanfare';
/** The URL of what was refused may hold a token still. */
const UNTOLD = { 'Referrer-Policy': 'no-referrer' } as const;
const LONGEST_RELOAD_SECONDS = 60;
const STAYS_HERE = new Set([
  'ADMISSION_IN_USE',
  'ADMISSION_USED',
  'FANFARE_UNAVAILABLE',
  'LEDGER_UNAVAILABLE',
  'TOO_MANY_ATTEMPTS',
]);
/** The shopper need only wait, so the page tries again by itself, with the token still in its URL. */
const PASSES_WITH_TIME = new Set([429, 503]);

/** Says that a request was refused, and answers it, unless the merchant's `onRefused` does. */
export function refuse(
  context: Context,
  req: Request,
  res: Response,
  next: Next,
  reasoned: ReasonedRefusal,
): void {
  const { refusal } = reasoned;
  sayRefused(context, req, reasoned, true);
  const { onRefused } = context.settings;
  if (onRefused === undefined) {
    answerRefusal(context, req, res, reasoned);
    return;
  }
  Promise.resolve(onRefused(refusal, req, res, next)).catch((error: unknown) => {
    process.nextTick(next, error);
  });
}

/** `enforced`: false where the request passes all the same. */
export function sayRefused(
  { emit }: Context,
  req: Request,
  { refusal, detail }: ReasonedRefusal,
  enforced: boolean,
): void {
  const { code, admissionId } = refusal;
  const words = enforced ? 'was refused' : 'would have been refused';
  const message = `${req.method ?? 'A request'} ${pathOf(targetOf(req))} ${words}: ${detail}.`;
  const named = admissionId === undefined ? {} : { admissionId };
  const level = enforced ? 'info' : 'warn';
  emit({ type: 'admission.refused', level, message, code, enforced, ...named });
}

function answerRefusal(context: Context, req: Request, res: Response, reasoned: ReasonedRefusal): void {
  const { refusal } = reasoned;
  const answer = isNavigation(req)
    ? pageAnswer(req, reasoned, waysOf(context, req, refusal))
    : jsonAnswer(refusal);
  res.statusCode = answer.status;
  for (const [name, value] of Object.entries({ ...refusal.headers, ...answer.headers }))
    res.setHeader(name, value);
  res.setHeader('Content-Length', Buffer.byteLength(answer.body));
  res.end(req.method === 'HEAD' ? undefined : answer.body);
}

function waysOf({ settings }: Context, req: Request, refusal: Refusal): Ways {
  const target = targetOf(req);
  const experience = withoutHostOf(target, location(settings.experienceUrl(req), 'experienceUrl'));
  const order = orderOf(settings, refusal);
  return {
    experience: withParameter(experience, REASON, refusal.reason),
    atExperience: samePage(experience, target, req.headers.host) || isBack(experience, target),
    back: pathOf(target),
    atOrder: order !== undefined && samePath(order, target),
    ...(order === undefined ? {} : { order }),
  };
}

function orderOf({ orderUrl }: Context['settings'], { orderId }: Refusal): string | undefined {
  return orderUrl === undefined || orderId === undefined
    ? undefined
    : location(orderUrl(orderId), 'orderUrl');
}

/** Our own redirect has arrived, although a proxy's `Host` makes it look like another site's page. */
function isBack(experience: string, target: string): boolean {
  return samePath(experience, target) && parametersOf(queryOf(target))(REASON) !== undefined;
}

/** JSON: `error` is the short text, `code` the code. */
function jsonAnswer({ status, title, code, message, orderId, supportCode }: Refusal): Answer {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: JSON.stringify({ error: title, code, message, orderId, supportCode }),
  };
}

function pageAnswer(req: Request, { refusal, stays }: ReasonedRefusal, ways: Ways): Answer {
  if (stays !== undefined) return page(refusal, { link: stays.link ?? onward(ways) });
  const visit = req.method === 'GET' || req.method === 'HEAD';
  const answer = visit ? visitAnswer(refusal, ways) : submitAnswer(refusal, ways);
  // A browser may show a page it loaded ahead of time, so a redirect there would outlive its reason.
  return isPrefetch(req) ? page(refusal, {}) : answer;
}

function visitAnswer(refusal: Refusal, ways: Ways): Answer {
  if (PASSES_WITH_TIME.has(refusal.status)) return page(refusal, { reloadSeconds: reloadSeconds(refusal) });
  if (ways.order !== undefined) return ways.atOrder ? page(refusal, {}) : redirect(ways.order);
  return ways.atExperience ? page(refusal, {}) : redirect(ways.experience);
}

/** Fanfare may ask for a long pause, but the shopper's place runs out meanwhile. */
function reloadSeconds({ headers }: Refusal): number {
  return Math.min(LONGEST_RELOAD_SECONDS, Number(headers['Retry-After']));
}

/** A form that was sent: to lead away from it as if nothing had happened would invite a second order. */
function submitAnswer(refusal: Refusal, ways: Ways): Answer {
  if (ways.order !== undefined) return page(refusal, { link: onward(ways) });
  if (STAYS_HERE.has(refusal.code)) return page(refusal, { link: { href: ways.back, text: 'Back' } });
  return ways.atExperience ? page(refusal, {}) : redirect(ways.experience);
}

function onward({ order, experience }: Ways): NonNullable<Pages.Page['link']> {
  return order === undefined
    ? { href: experience, text: 'Go to the sale' }
    : { href: order, text: 'See your order' };
}

function page(
  { status, title, message, supportCode }: Refusal,
  rest: Pick<Pages.Page, 'link' | 'reloadSeconds'>,
): Answer {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first refused visit, not at import
  const { html, PAGE_POLICY } = require('./pages.js') as typeof Pages;
  const sentence = supportCode === undefined ? message : `${message} Support code: ${supportCode}`;
  return {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': PAGE_POLICY,
      ...UNTOLD,
    },
    body: html({ title, sentence, ...rest }),
  };
}

function redirect(url: string): Answer {
  return { status: 303, headers: { Location: url, ...UNTOLD }, body: '' };
}

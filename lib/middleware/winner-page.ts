/**
 * The page behind a winner link. Mail scanners open links, so a visit shows one button and nothing more: it asks nobody,
 * sets nothing and counts nothing. The form behind the button redeems.
 */
import type { RequestAdmission } from '../admission/admission.js';
import { FanfareError } from '../errors.js';
import { checkOptions, kindOf } from '../option-checks.js';
import type { Context } from './context.js';
import { type Middleware, type Next, type Request, type Response, targetOf } from './http.js';
import { BUTTON_POLICY, html } from './pages.js';
import { parametersOf } from './parameters.js';
import { notGood, redeem, type SentForm } from './redeem-winner.js';
import { type ReasonedRefusal, refusalOf } from './refusals.js';
import type { RequestStates } from './request-state.js';
import { run, type Step } from './run.js';
import { seeOther } from './see-other.js';
import { isOwnPath, queryOf } from './url.js';
import { isWinnerId, WINNER_PARAMETER } from './winner-link.js';

export interface WinnerPageOptions {
  /** Where a redeemed link leads: a path of the shop; default `'/checkout'`. */
  readonly checkoutUrl?: string | ((admission: RequestAdmission) => string);
}

/** `winnerPage(options)`. */
export function winnerMiddleware(
  context: Context,
  states: RequestStates,
  options: WinnerPageOptions,
): Middleware {
  const checkoutUrl = readCheckoutUrl(options);
  return function winnerPage(req: Request, res: Response, next?: Next): void {
    run(context, req, res, next, () => {
      const id = parametersOf(queryOf(targetOf(req)))(WINNER_PARAMETER);
      if (id === undefined) return 'next';
      if (!isWinnerId(id)) return { ...notGood('the winner link is damaged'), stays: {} };
      if (req.method === 'GET' || req.method === 'HEAD') return showButton(res);
      return req.method === 'POST' ? answerForm({ context, states, req, res, id }, checkoutUrl) : 'next';
    });
  };
}

type CheckoutUrl = (admission: RequestAdmission) => string;

function readCheckoutUrl(options: WinnerPageOptions): CheckoutUrl {
  checkOptions('winnerPage', options, ['checkoutUrl']);
  const { checkoutUrl = '/checkout' } = options;
  if (typeof checkoutUrl === 'function') return (admission) => ownPath(checkoutUrl(admission));
  const path = ownPath(checkoutUrl);
  return () => path;
}

/** Another host would not have the session that begins here. */
function ownPath(path: unknown): string {
  if (isOwnPath(path)) return path;
  throw new TypeError(
    `winnerPage: "checkoutUrl" must give a path of the shop that begins with one "/", without "#", "\\" and spaces, got ${kindOf(path)}`,
  );
}

function showButton(res: Response): 'answered' {
  const page = html({
    title: 'Your turn to check out',
    sentence:
      'Press the button to begin your checkout in this browser. Until your time is over, the link in your mail brings you back here.',
    button: 'Go to checkout',
  });
  res.statusCode = 200;
  res.setHeader('Content-Type', 'text/html; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(page));
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Security-Policy', BUTTON_POLICY);
  // Nothing but our origin. With 'no-referrer', browsers that know no Sec-Fetch-Site could not say where a form is from.
  res.setHeader('Referrer-Policy', 'strict-origin');
  res.end(res.req.method === 'HEAD' ? undefined : page);
  return 'answered';
}

async function answerForm(form: SentForm, checkoutUrl: CheckoutUrl): Promise<Step> {
  const redeemed = await redeem(form).catch((error: unknown) => {
    if (error instanceof FanfareError) return refusalOf(error);
    throw error;
  });
  if ('session' in redeemed) return seeOther(form.res, checkoutUrl(redeemed.admission));
  return staying(redeemed, form.id);
}

const LATER = 'We cannot confirm your place right now. It is kept: please try again in a moment.';

/** Who comes from an e-mail has no page to be sent back to. Where waiting helps, the link is the way on. */
function staying(reasoned: ReasonedRefusal, id: string): ReasonedRefusal {
  const { refusal } = reasoned;
  if (refusal.status !== 429 && refusal.status !== 503) return { ...reasoned, stays: {} };
  const message = refusal.status === 503 ? LATER : refusal.message;
  const link = { href: `?${WINNER_PARAMETER}=${id}`, text: 'Try again' };
  return { ...reasoned, refusal: { ...refusal, message }, stays: { link } };
}

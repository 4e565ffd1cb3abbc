/**
 * Coming back from the bank. Its POST comes from another site and brings no `SameSite=Lax` cookie, so the shopper is sent
 * on to the same path with a GET, which does; there the signed reference says which of the browser's attempts it is.
 */
import type { ReturnedAttempt } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { isUsed, type OpenAttempt } from '../ledger/row.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { type PaymentReturn, readReturn } from '../tokens/payment-return.js';
import type { Context } from './context.js';
import { allowFraming } from './framing.js';
import { type Middleware, type Next, type Request, type Response, targetOf } from './http.js';
import { usedBy } from './page-guard.js';
import { parametersOf } from './parameters.js';
import { readFormFields } from './read-form.js';
import { refusal } from './refusals.js';
import { inPlaceOfRefusing } from './report-only.js';
import { admissionOf, type RequestStates } from './request-state.js';
import type { HeldSession } from './sessions.js';
import { RETURN, returnedAttempt } from './return-url.js';
import { run, type Step } from './run.js';
import { seeOther } from './see-other.js';
import { pathOf, queryOf, withoutParameters } from './url.js';
import { isSubmit, sourceOf } from './visit.js';

/** What is kept of a bank's answer. */
export interface ReturnOptions {
  /**
   * Fields of the bank's form that go on as parameters of the URL, such as `['cres']`, in ASCII; the others are dropped with
   * the body. Together at most 6,000 characters in the URL. Default: none.
   */
  readonly fields?: readonly string[];
}

/** With the rest of the URL, under the 8 KB that the smaller proxies take. */
const MOST_CHARACTERS = 6_000;

/** `acceptReturn(options)`. */
export function returnMiddleware(
  context: Context,
  states: RequestStates,
  options: ReturnOptions,
): Middleware {
  const fields = readFields(options);
  return function acceptReturn(req: Request, res: Response, next?: Next): void {
    const decide = (): Step | Promise<Step> => accept(context, states, { req, res, fields });
    run(context, req, res, next, decide, inPlaceOfRefusing(context, req));
  };
}

function readFields(options: ReturnOptions): readonly string[] {
  checkOptions('acceptReturn', options, ['fields']);
  const { fields = [] } = options;
  const isName = (name: unknown): boolean =>
    typeof name === 'string' && /^[ -~]+$/.test(name) && name !== RETURN;
  if (Array.isArray(fields) && fields.every(isName)) return fields as readonly string[];
  throw new TypeError(`acceptReturn: "fields" must be a list of field names in ASCII, got ${kindOf(fields)}`);
}

interface Arrival {
  readonly req: Request;
  readonly res: Response;
  readonly fields: readonly string[];
}

function accept(context: Context, states: RequestStates, arrival: Arrival): Step | Promise<Step> {
  const { req } = arrival;
  const reference = parametersOf(queryOf(targetOf(req)))(RETURN);
  if (reference === undefined || isOther(req)) return 'next';
  allowFraming(context, arrival.res);
  const returned = typeof reference === 'string' ? read(context, reference) : undefined;
  const held = show(states, arrival, returned);
  if (returned === undefined)
    return refusal('INVALID_ADMISSION_DATA', 'the return reference is none of ours');
  if (context.clock.now() > returned.endsAt) {
    const { admissionId } = returned;
    return refusal('ADMISSION_EXPIRED', 'the time for coming back is over', { admissionId });
  }
  return isSubmit(req)
    ? sendOn(context, arrival, returned.path)
    : meet(context, states, arrival, { returned, held });
}

/** The newest of several admissions stands there, and an order recorded for it would use up the wrong one. */
function show(
  states: RequestStates,
  { req, res }: Arrival,
  returned: PaymentReturn | undefined,
): HeldSession | undefined {
  const { sessions } = states.of(req, res);
  const held = sessions.find(({ session }) => session.admission.id === returned?.admissionId);
  delete req.admission;
  if (held !== undefined) req.admission = admissionOf(held);
  return held;
}

/** A form on the returned page may be sent to the page's own URL, and is a submit like any other. */
function isOther(req: Request): boolean {
  return isSubmit(req) && (req.method !== 'POST' || sourceOf(req) === 'own');
}

function read({ keyring, settings }: Context, text: string): PaymentReturn | undefined {
  return readReturn(keyring, settings.organizationId, text);
}

/** The path is the signed one; parameters that the bank has added to it stay. */
async function sendOn({ clock }: Context, { req, res, fields }: Arrival, path: string): Promise<Step> {
  const kept = fields.length === 0 ? [] : await readFormFields({ req, res, clock }, fields);
  const added = String(new URLSearchParams(Object.fromEntries(kept)));
  if (added.length > MOST_CHARACTERS)
    return refusal('INVALID_ADMISSION_DATA', "the bank's fields are too long for a URL");
  const query = queryOf(withoutParameters(targetOf(req), new Set(kept.map(([name]) => name))));
  return seeOther(res, `${pathOf(path)}?${query}${added === '' ? '' : `&${added}`}`);
}

interface Met {
  readonly returned: PaymentReturn;
  readonly held: HeldSession | undefined;
}

async function meet(
  context: Context,
  states: RequestStates,
  { req, res }: Arrival,
  { returned, held }: Met,
): Promise<Step> {
  if (req.method === 'HEAD') return sayNothing(res);
  const row = await context.ledger.find(returned.admissionId);
  if (row !== undefined && isUsed(row)) return usedBy(row, held);
  states.of(req).returned = returned;
  const attempt = returnedAttempt(row, returned);
  if (held !== undefined && attempt !== undefined)
    req.admission = Object.freeze({ ...admissionOf(held), returned: shown(attempt) });
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'private, no-store');
  if (!res.hasHeader('Referrer-Policy')) res.setHeader('Referrer-Policy', 'no-referrer');
  return 'next';
}

/** Who only looks moves no money: the handler behind is no page, and cannot be run for its headers. */
function sayNothing(res: Response): 'answered' {
  res.statusCode = 204;
  res.setHeader('Cache-Control', 'no-store');
  res.end();
  return 'answered';
}

function shown({ number, id, reference }: OpenAttempt): ReturnedAttempt {
  return compact({ number, id, reference });
}

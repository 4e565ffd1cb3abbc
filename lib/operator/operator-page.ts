/** The operator's page over HTTP: who may see it, what it shows, and what its forms do. */
import { compact } from '../admission/compact.js';
import { deadEventsOf } from '../completion/dead-events.js';
import type { Work } from '../completion/work.js';
import { FanfareError } from '../errors.js';
import type { OnEvent } from '../events.js';
import type { Ledger } from '../ledger/ledger.js';
import type { Context } from '../middleware/context.js';
import { type Middleware, type Next, type Request, type Response, targetOf } from '../middleware/http.js';
import { html, PAGE_POLICY as MESSAGE_POLICY } from '../middleware/pages.js';
import { readFormFields } from '../middleware/read-form.js';
import { lastResort } from '../middleware/run.js';
import { seeOther } from '../middleware/see-other.js';
import { sourceOf } from '../middleware/visit.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { act } from './actions.js';
import { glanceAt, type GlanceParts } from './glance.js';
import { bringsOwnForm, formTokenFor } from './own-browser.js';
import { PAGE_POLICY, renderPage } from './page.js';
import { createPulse } from './pulse.js';
import { addressOf, calm, REFRESH_EVERY, viewOf } from './view.js';

export interface OperatorPageOptions {
  /**
   * Who may see the page and use its forms: only `true`, or a promise of it, lets a request in. Anybody else is told that
   * there is nothing. What it throws goes to `next(error)`.
   */
  readonly authorize: (req: Request) => boolean | Promise<boolean>;
}

export interface OperatorParts {
  readonly ledger: Ledger;
  readonly context: Context;
  readonly work: Work;
  readonly listen: (listener: OnEvent) => void;
}

interface Page extends GlanceParts {
  readonly context: Context;
  readonly authorize: OperatorPageOptions['authorize'];
}

/** Throws a `TypeError` without `authorize`. */
export function createOperatorPage(parts: OperatorParts, options: OperatorPageOptions): Middleware {
  checkOptions('operatorPage', options, ['authorize']);
  const { authorize } = options;
  if (typeof (authorize as unknown) !== 'function') {
    throw new TypeError(
      `"authorize" must be a function that says who may see the operator's page, got ${kindOf(authorize)}`,
    );
  }
  const { ledger, context, work, listen } = parts;
  const { clock, emit, validator } = context;
  const pulse = createPulse(clock);
  listen((event) => {
    pulse.hear(event);
  });
  const events = deadEventsOf({ ledger, clock, emit });
  const page: Page = { ledger, clock, emit, context, work, events, validator, pulse, authorize };
  return function operatorPage(req: Request, res: Response, next: Next = lastResort(res)): void {
    serve(page, req, res).catch((error: unknown) => {
      // Outside the promise: what a handler throws is its own.
      process.nextTick(next, error);
    });
  };
}

async function serve(page: Page, req: Request, res: Response): Promise<void> {
  const allowed: unknown = await page.authorize(req);
  if (allowed !== true) answer(res, 404, 'Not found', { 'Content-Type': 'text/plain; charset=utf-8' });
  else if (req.method === 'GET' || req.method === 'HEAD') await show(page, req, res);
  else if (req.method === 'POST') await obey(page, req, res);
  else answer(res, 405, '', { Allow: 'GET, HEAD, POST' });
}

async function show(page: Page, req: Request, res: Response): Promise<void> {
  const view = viewOf(targetOf(req));
  const formToken = formTokenFor(page.context, req, res);
  const glance = await glanceAt(page, view);
  const text = renderPage({ glance, view, formToken, processName: `process ${process.pid}` });
  answer(res, 200, text, {
    ...HTML,
    'Content-Security-Policy': PAGE_POLICY,
    Vary: 'Cookie',
    ...(view.refreshes ? { Refresh: `${REFRESH_EVERY}; url=${addressOf(calm(view))}` } : {}),
  });
}

async function obey(page: Page, req: Request, res: Response): Promise<void> {
  try {
    const fields = await readFormFields({ req, res, clock: page.clock }, ['token', 'do', 'id']);
    const { token, do: action, id } = Object.fromEntries(fields) as Partial<Record<string, string>>;
    if (sourceOf(req) !== 'own' || !bringsOwnForm(page.context, req, token)) {
      explain(req, res, 403, 'This form is too old, or it was not made for this browser. Nothing was done.');
      return;
    }
    const done = await act({ completions: page.work.completions, events: page.events }, action, id);
    seeOther(res, addressOf(calm(viewOf(targetOf(req))), { done }));
  } catch (error) {
    if (!(error instanceof FanfareError)) throw error;
    explain(req, res, error.status, `It could not be done: ${error.message}`);
  }
}

const HTML = { 'Content-Type': 'text/html; charset=utf-8' } as const;

function explain(req: Request, res: Response, status: number, sentence: string): void {
  const link = { href: addressOf(calm(viewOf(targetOf(req)))), text: 'Back to the page' };
  answer(res, status, html({ title: 'That was not done', sentence, link }), {
    ...HTML,
    'Content-Security-Policy': `${MESSAGE_POLICY}; frame-ancestors 'none'`,
  });
}

/** Whatever the shop's own middlewares have set: this page is kept nowhere, framed nowhere, and says nothing elsewhere. */
const ALWAYS = {
  'Cache-Control': 'no-store',
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  // Not "no-referrer": the browser would send its forms with the origin "null".
  'Referrer-Policy': 'same-origin',
} as const;

function answer(
  res: Response,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>>,
): void {
  res.statusCode = status;
  for (const [name, value] of Object.entries({ ...ALWAYS, ...compact(headers) })) res.setHeader(name, value);
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(res.req.method === 'HEAD' ? undefined : text);
}

/** The three middlewares, made from the parts: options are read once, requests only decide. */
import { attach, lookForAttach, lookForGuard } from './attach.js';
import type * as ClaimGuard from './claim-guard.js';
import type { Context } from './context.js';
import { allowFraming } from './framing.js';
import {
  type ClaimGuardOptions,
  claimNames,
  type GuardOptions,
  readClaim,
  readGuard,
} from './guard-options.js';
import type { Middleware, Next, Request, Response } from './http.js';
import { guardPage, type Visit } from './page-guard.js';
import type { Guard } from './picking.js';
import type { RequestStates } from './request-state.js';
import { inPlaceOfGuarding, inPlaceOfRefusing } from './report-only.js';
import { run, type Step } from './run.js';
import { isPreflight, isSubmit } from './visit.js';

/** `attachAdmission()`. */
export function attachMiddleware(context: Context, states: RequestStates): Middleware {
  const { names, distributionIds } = context.settings;
  const look = lookForAttach(names, distributionIds === undefined ? {} : { distributionIds });
  return function attachAdmission(req: Request, res: Response, next?: Next): void {
    run(
      context,
      req,
      res,
      next,
      () => attach(context, states, req, res, look),
      inPlaceOfRefusing(context, req),
    );
  };
}

/** `requireAdmission(options)`. */
export function requireMiddleware(
  context: Context,
  states: RequestStates,
  options: GuardOptions,
): Middleware {
  const visit = visits(
    context,
    states,
    readGuard('requireAdmission', options, context.settings.distributionIds),
    false,
  );
  return function requireAdmission(req: Request, res: Response, next?: Next): void {
    const instead = inPlaceOfGuarding(context, states, req);
    run(context, req, res, next, () => (isPreflight(req) ? 'next' : guardPage(visit(req, res))), instead);
  };
}

/** `claimAdmission(options)`: a page guard on GET and HEAD, a claim on what places orders. */
export function claimMiddleware(
  context: Context,
  states: RequestStates,
  options: ClaimGuardOptions,
): Middleware {
  const { distributionIds } = context.settings;
  const visit = visits(
    context,
    states,
    readGuard('claimAdmission', options, distributionIds, claimNames),
    true,
  );
  const claim = readClaim(options);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by those who take submits, not at import
  const { guardSubmit } = require('./claim-guard.js') as typeof ClaimGuard;
  return function claimAdmission(req: Request, res: Response, next?: Next): void {
    const decide = (): Step | Promise<Step> => {
      if (isPreflight(req)) return 'next';
      return isSubmit(req) ? guardSubmit(visit(req, res), claim) : guardPage(visit(req, res));
    };
    run(context, req, res, next, decide, inPlaceOfGuarding(context, states, req));
  };
}

function visits(
  context: Context,
  states: RequestStates,
  guard: Guard,
  claims: boolean,
): (req: Request, res: Response) => Visit {
  const { distributionTypes = [] } = guard.conditions;
  context.assertSpoken(claims ? ['validate', 'complete'] : ['validate'], distributionTypes);
  const look = lookForGuard(context.settings.names, guard.conditions, claims);
  return (req, res) => {
    allowFraming(context, res);
    return { context, states, guard, look, req, res };
  };
}

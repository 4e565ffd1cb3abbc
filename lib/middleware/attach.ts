/** Looking for an admission in a request: the browser's sessions first, then a token that was handed over. */
import type { Conditions } from '../admission/conditions.js';
import { admit } from './admit.js';
import type { Context } from './context.js';
import { type Request, type Response, targetOf } from './http.js';
import type { RequestState, RequestStates, TokenTrouble } from './request-state.js';
import type { HeldSession } from './sessions.js';
import {
  type Found,
  type NameGroups,
  namesInQuery,
  tokenInBody,
  tokenInHeader,
  tokenInQuery,
  type TokenNames,
} from './token-sources.js';
import { withoutParameters } from './url.js';
import { isNavigation, isPrefetch, isSubmit } from './visit.js';

/** Where one middleware looks, and what it may judge beforehand. */
export interface Look {
  readonly query: NameGroups;
  readonly header: string;
  readonly body: NameGroups;
  readonly conditions: Conditions;
  /** Whether a submit is validated afresh here. */
  readonly claims: boolean;
}

/** `attachAdmission` looks only at names that can be nobody else's, and never into the body. */
export function lookForAttach(names: TokenNames, conditions: Conditions): Look {
  return { query: [names.query], header: names.header, body: [], conditions, claims: true };
}

/** Guards also know bodies and, where no name of ours is there, the bare names, which a shop's own form may use too. */
export function lookForGuard(names: TokenNames, conditions: Conditions, claims: boolean): Look {
  const { query, header, body, bare } = names;
  return { query: [query, bare], header, body: [body, bare], conditions, claims };
}

/**
 * Looks at the sources that were not looked at before. `'answered'`: the browser was sent to the same page without the
 * token. Synchronous when there is no token to ask about.
 */
export function attach(
  context: Context,
  states: RequestStates,
  req: Request,
  res: Response,
  look: Look,
): 'next' | Promise<'next' | 'answered'> {
  const state = states.of(req, res);
  const found = unseen(req, state, look);
  if (found === undefined || req.method === 'HEAD' || isPrefetch(req)) return 'next';
  return attachToken(context, state, req, res, look, found);
}

/** Reads the target and the headers only as far as a token can be there. */
function unseen(req: Request, { seen }: RequestState, look: Look): Found | undefined {
  return (
    ifNew(seen, tokenInHeader(req, look.header)) ??
    ifNew(seen, tokenInBody(req.body, look.body)) ??
    (isSubmit(req) ? undefined : ifNew(seen, tokenInQuery(req, look.query)))
  );
}

function ifNew(seen: RequestState['seen'], found: Found | undefined): Found | undefined {
  return found === undefined || seen.includes(found.handed.token) ? undefined : found;
}

async function attachToken(
  context: Context,
  state: RequestState,
  req: Request,
  res: Response,
  look: Look,
  found: Found,
): Promise<'next' | 'answered'> {
  state.seen.push(found.handed.token);
  const submit = look.claims && isSubmit(req);
  const admitted = await admit(context, state, res, found, { conditions: look.conditions, submit });
  if ('session' in admitted) req.admission = admitted.admission;
  state.trouble = 'session' in admitted ? undefined : admitted;
  if (found.where !== 'query' || req.method !== 'GET' || !isNavigation(req)) return 'next';
  return leadsAway(state, admitted) ? redirectWithoutToken(req, res, look.query) : 'next';
}

/** A clean URL is worth a redirect once the token has done its work, or can do none beside a session that is good. */
function leadsAway(state: RequestState, admitted: HeldSession | TokenTrouble): boolean {
  if ('session' in admitted) return admitted.unkept !== true;
  return !mayChange(admitted) && state.sessions.some(({ standing }) => standing === 'good');
}

/** Nobody knows yet whether the token is good. */
function mayChange(trouble: TokenTrouble): boolean {
  return 'answer' in trouble ? trouble.answer === 'unknown' : trouble.refused === 'TOO_MANY_ATTEMPTS';
}

function redirectWithoutToken(req: Request, res: Response, groups: NameGroups): 'answered' {
  res.statusCode = 303;
  res.setHeader('Location', withoutParameters(targetOf(req), namesInQuery(groups)));
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Length', 0);
  res.end();
  return 'answered';
}

/** Looking for an admission in a request: the browser's sessions first, then a token that was handed over. */
import type { Conditions } from '../admission/conditions.js';
import type * as AdmitHandoffToken from './admit-handoff-token.js';
import type { Context } from './context.js';
import { type Request, type Response, targetOf } from './http.js';
import { troubleOf } from './ledger-bars.js';
import { admitting } from './on-need.js';
import type { RequestState, RequestStates, TokenTrouble } from './request-state.js';
import { seeOther } from './see-other.js';
import type { HeldSession } from './sessions.js';
import type * as TakeLink from './take-link.js';
import {
  type Found,
  handoffTokenInBody,
  linkInQuery,
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
  if (found !== undefined) {
    return mayAttach(req) ? attachToken(context, state, req, res, look, found) : 'next';
  }
  const link = context.handoff?.origin === undefined ? undefined : unseenLink(req, state);
  return link !== undefined && mayAttach(req) ? attachLink(context, state, req, res, look, link) : 'next';
}

/** What loads a page ahead, or not at all, spends nothing. */
function mayAttach(req: Request): boolean {
  return req.method !== 'HEAD' && !isPrefetch(req);
}

function unseenLink(req: Request, { seen }: RequestState): string | undefined {
  const link = isSubmit(req) ? undefined : linkInQuery(req);
  return link === undefined || seen.includes(link) ? undefined : link;
}

/** Reads the target and the headers only as far as a token can be there. */
function unseen(req: Request, { seen }: RequestState, look: Look): Found | undefined {
  return (
    ifNew(seen, tokenInHeader(req, look.header)) ??
    ifNew(seen, tokenInBody(req.body, look.body)) ??
    (look.body.length === 0 ? undefined : ifNew(seen, handoffTokenInBody(req.body))) ??
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
  const admitted =
    found.where === 'handoff'
      ? await handoffTokens().admitHandoffToken(context, state, res, found, submit)
      : await admitting().admit(context, state, res, found, { conditions: look.conditions, submit });
  remember(state, req, admitted);
  return found.where === 'query' ? leadAway(state, req, res, look, admitted) : 'next';
}

function handoffTokens(): typeof AdmitHandoffToken {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first of Fanfare's handoff tokens, not at import
  return require('./admit-handoff-token.js') as typeof AdmitHandoffToken;
}

async function attachLink(
  context: Context,
  state: RequestState,
  req: Request,
  res: Response,
  look: Look,
  link: string,
): Promise<'next' | 'answered'> {
  state.seen.push(link);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first link, not at import
  const { takeLink } = require('./take-link.js') as typeof TakeLink;
  const admitted = await takeLink(context, state, res, link).catch(troubleOf);
  remember(state, req, admitted);
  return leadAway(state, req, res, look, admitted);
}

function remember(state: RequestState, req: Request, admitted: HeldSession | TokenTrouble): void {
  if ('session' in admitted) req.admission = admitted.admission;
  state.trouble = 'session' in admitted ? undefined : admitted;
}

function leadAway(
  state: RequestState,
  req: Request,
  res: Response,
  look: Look,
  admitted: HeldSession | TokenTrouble,
): 'next' | 'answered' {
  if (req.method !== 'GET' || !isNavigation(req)) return 'next';
  if (leadsAway(state, admitted)) {
    return seeOther(res, withoutParameters(targetOf(req), namesInQuery(look.query)));
  }
  // Not "no-referrer": browsers would send the page's forms with the origin "null".
  if (!res.hasHeader('Referrer-Policy')) res.setHeader('Referrer-Policy', 'strict-origin');
  return 'next';
}

/** A clean URL is worth a redirect once the token has done its work, or can do none beside a session that is good. */
function leadsAway(state: RequestState, admitted: HeldSession | TokenTrouble): boolean {
  if ('session' in admitted) return admitted.unkept !== true;
  return !mayChange(admitted) && state.sessions.some(({ standing }) => standing === 'good');
}

const WAITING: ReadonlySet<string> = new Set(['TOO_MANY_ATTEMPTS', 'LEDGER_UNAVAILABLE']);

/** Nobody knows yet whether the token is good. */
function mayChange(trouble: TokenTrouble): boolean {
  return 'answer' in trouble ? trouble.answer === 'unknown' : WAITING.has(trouble.refused);
}

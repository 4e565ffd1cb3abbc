/** What the middlewares of one instance know about one request, from the first of them to the last. */
import type { RequestAdmission } from '../admission/admission.js';
import type { EarlyRefusal } from '../tokens/admission-token.js';
import type { PaymentReturn } from '../tokens/payment-return.js';
import type { No, Unknown } from '../admission/verdict.js';
import type { RunningAttempt } from './running-attempt.js';
import type { Context } from './context.js';
import { type SentCookie, sentCookies } from './cookies.js';
import type { Request, Response } from './http.js';
import { isSubmit, showsIntent } from './visit.js';
import { clearCookie, type HeldSession, standingOf } from './sessions.js';

/** Why a token that came with the request did not become a session. */
export type TokenTrouble = EarlyRefusal | No | Unknown;

export interface RequestState {
  /** Newest first; those that are `over` are gone. */
  sessions: readonly HeldSession[];
  /** Sessions that were good once: a guard they would have fitted says "expired" instead of "required". */
  readonly ended: readonly HeldSession[];
  /** Kept for the guard, which answers it unless a session fits. */
  trouble: TokenTrouble | undefined;
  /** Fanfare could not be asked in this request, whatever about, so it is not asked again. */
  unanswered?: Unknown;
  /** Tokens that were looked at already. */
  readonly seen: unknown[];
  attempt?: RunningAttempt;
  /** The attempt that the shopper has come back from the bank with; see `acceptReturn`. */
  returned?: PaymentReturn;
  /** The session that the latest guard found to fit, whatever stood in its way after that. */
  picked?: HeldSession | undefined;
}

type StateHolder = Request & Record<symbol, RequestState | undefined>;

/** Keeps one state per request, on the request itself: a map would cost every page load more than all the rest. */
export class RequestStates {
  readonly #key = Symbol('express-fanfare');
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The request's state; `res`, where given, is told to forget cookies that are bad or over. */
  of(req: Request, res?: Response): RequestState {
    const known = (req as StateHolder)[this.#key];
    if (known !== undefined) return known;
    // On a submit from another site's page a cookie says nothing about what the shopper meant.
    const embedded = this.#context.settings.frameAncestors !== undefined;
    const counts = !isSubmit(req) || showsIntent(req, embedded);
    return this.#keep(req, readState(this.#context, counts ? req.headers.cookie : undefined, res));
  }

  /** The state of a handoff from an origin that may do it: there the cookies only tell which sessions it joins. */
  ofHandoff(req: Request, res: Response): RequestState {
    return this.#keep(req, readState(this.#context, req.headers.cookie, res));
  }

  #keep(req: Request, state: RequestState): RequestState {
    (req as StateHolder)[this.#key] = state;
    const newest = newestAdmission(state.sessions);
    if (newest !== undefined) req.admission = newest;
    return state;
  }
}

const NONE: readonly HeldSession[] = Object.freeze([]);

function readState(context: Context, cookies: string | undefined, res: Response | undefined): RequestState {
  const sent = sentCookies(cookies, context.cookies);
  const single = sent.length === 1 ? sent[0] : undefined;
  const only = single === undefined ? undefined : heldIn(context, single, context.clock.now());
  // Nearly every shopper holds one session, and it is good.
  if (only?.standing === 'good') return { sessions: [only], ended: NONE, trouble: undefined, seen: [] };
  return sortedState(context, sent, res);
}

function sortedState(context: Context, sent: readonly SentCookie[], res: Response | undefined): RequestState {
  const now = context.clock.now();
  const known = sent.map((cookie) => heldIn(context, cookie, now)).filter((session) => session !== undefined);
  const sessions = known
    .filter(({ standing }) => standing !== 'over')
    .sort((a, b) => b.session.startedAt - a.session.startedAt)
    .filter(isFirstOfItsName);
  if (res !== undefined && sessions.length < sent.length) clearDead(context, res, sent, sessions);
  return {
    sessions,
    ended: known.filter(({ standing }) => standing === 'over'),
    trouble: undefined,
    seen: [],
  };
}

/** A browser sends a name once; what comes twice is one session all the same. */
function isFirstOfItsName({ cookieName }: HeldSession, at: number, all: readonly HeldSession[]): boolean {
  return all.findIndex((other) => other.cookieName === cookieName) === at;
}

function heldIn(context: Context, { name, value }: SentCookie, now: number): HeldSession | undefined {
  const verified = context.verifiedSession(value, now);
  if (verified?.cookieName !== name) return undefined;
  const standing = standingOf(verified.session, now, context.settings);
  return standing === 'good' ? verified : { ...verified, standing };
}

/** Cookies that say nothing, or nothing any more, are forgotten here and now, so that they come only once. */
function clearDead(
  context: Context,
  res: Response,
  sent: readonly SentCookie[],
  living: readonly HeldSession[],
): void {
  const kept = new Set(living.map(({ cookieName }) => cookieName));
  for (const name of new Set(sent.map((cookie) => cookie.name))) {
    if (!kept.has(name)) clearCookie(context, res, name);
  }
}

/**
 * What `req.admission` shows before a guard has picked: the newest that passes, else the newest that may still end, be it
 * one that Fanfare has to be asked about.
 */
function newestAdmission(sessions: readonly HeldSession[]): RequestAdmission | undefined {
  const held =
    sessions.find(({ standing }) => standing === 'good') ?? sessions.find(({ session }) => session.attempted);
  return held === undefined ? undefined : admissionOf(held);
}

/** The admission of a session as a request shows it. */
export function admissionOf(held: HeldSession): RequestAdmission {
  return held.standing === 'tail'
    ? Object.freeze({ ...held.admission, expired: true as const })
    : held.admission;
}

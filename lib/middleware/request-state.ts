/** What the middlewares of one instance know about one request, from the first of them to the last. */
import type { RequestAdmission } from '../admission/admission.js';
import type { EarlyRefusal } from '../tokens/admission-token.js';
import type { No, Unknown } from '../admission/verdict.js';
import type { RunningAttempt } from './running-attempt.js';
import type { Context } from './context.js';
import { cookieName, type SentCookie, sentCookies } from './cookies.js';
import type { Request, Response } from './http.js';
import { isForeign, isSubmit } from './visit.js';
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
  /** Tokens that were looked at already. */
  readonly seen: Set<unknown>;
  attempt?: RunningAttempt;
}

/** Keeps one state per request; a state dies with its request. */
export class RequestStates {
  readonly #states = new WeakMap<Request, RequestState>();
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** The request's state; `res`, where given, is told to forget cookies that are bad or over. */
  of(req: Request, res?: Response): RequestState {
    const known = this.#states.get(req);
    if (known !== undefined) return known;
    const state = readState(this.#context, req, res);
    this.#states.set(req, state);
    const newest = newestAdmission(state.sessions);
    if (newest !== undefined) req.admission = newest;
    return state;
  }
}

function readState(context: Context, req: Request, res: Response | undefined): RequestState {
  // On a submit from another site's page a cookie says nothing about what the shopper meant.
  const cookies = isSubmit(req) && isForeign(req) ? undefined : req.headers.cookie;
  const sent = sentCookies(cookies, context.cookies);
  const now = context.clock.now();
  const held: HeldSession[] = [];
  for (const cookie of sent) {
    const session = heldIn(context, cookie, now);
    if (session !== undefined) held.push(session);
  }
  const sessions = held.filter(({ standing }) => standing !== 'over');
  if (sessions.length > 1) sessions.sort((a, b) => b.session.startedAt - a.session.startedAt);
  if (res !== undefined && sessions.length < sent.length) clearDead(context, res, sent, sessions);
  return {
    sessions,
    ended: held.filter(({ standing }) => standing === 'over'),
    seen: new Set(),
    trouble: undefined,
  };
}

function heldIn(context: Context, { name, value }: SentCookie, now: number): HeldSession | undefined {
  const remembered = context.verifiedSession(value, now);
  if (remembered === undefined) return undefined;
  const ours = cookieName(context.cookies, remembered.session.admission.id) === name;
  return ours
    ? { ...remembered, standing: standingOf(remembered.session, now, context.settings) }
    : undefined;
}

/** Cookies that say nothing, or nothing any more, are forgotten here and now, so that they come only once. */
function clearDead(
  context: Context,
  res: Response,
  sent: readonly SentCookie[],
  living: readonly HeldSession[],
): void {
  const kept = new Set(living.map(({ session }) => cookieName(context.cookies, session.admission.id)));
  for (const name of new Set(sent.map((cookie) => cookie.name))) {
    if (!kept.has(name)) clearCookie(context, res, name);
  }
}

/** What `req.admission` shows before a guard has picked: the newest that passes, else the newest that may still end. */
export function newestAdmission(sessions: readonly HeldSession[]): RequestAdmission | undefined {
  const held =
    sessions.find(({ standing }) => standing === 'good') ??
    sessions.find(({ standing }) => standing === 'tail');
  return held === undefined ? undefined : admissionOf(held);
}

/** The admission of a session as a request shows it. */
export function admissionOf(held: HeldSession): RequestAdmission {
  return held.standing === 'tail'
    ? Object.freeze({ ...held.admission, expired: true as const })
    : held.admission;
}

/** The admission sessions of one browser: read from its cookies, begun, marked, and written back within its limits. */
import { createHash, randomBytes } from 'node:crypto';
import type { RequestAdmission } from '../admission/admission.js';
import { CLOCK_TOLERANCE_MS, isPast } from '../admission/expiry.js';
import { openToken } from '../tokens/seal.js';
import { type CarriedSession, type Session, signSession } from '../tokens/session.js';
import { putCookie } from './answer-cookies.js';
import type { Context, Settings } from './context.js';
import { cookieName, type CookieStyle, setCookie } from './cookies.js';
import type { Response } from './http.js';

/**
 * `good`: passes. `stale`: Fanfare is asked again, because it has never vouched for it, or because its end is unknown and
 * its last yes is old. `tail`: over, but an
 * order attempt that began in time may still end. `over`: past all that.
 */
export type Standing = 'good' | 'stale' | 'tail' | 'over';

/** One of the browser's sessions, ready to be met again: made once when its cookie was verified. */
export interface HeldSession extends CarriedSession {
  readonly cookieName: string;
  /** Length of the cookie with its name. */
  readonly bytes: number;
  /** Milliseconds since the epoch after which the cookie says nothing any more. */
  readonly until: number;
  /** What a page load finds on `req.admission`: shared by all requests of the session. */
  readonly admission: RequestAdmission;
  readonly standing: Standing;
  /** Fanfare was asked about it afresh for this very request. */
  readonly fresh?: boolean;
  /** The browser has no room for its cookie: it is good for this request alone. */
  readonly unkept?: boolean;
}

/** How a session stands at `now`. Pure. */
export function standingOf(session: Session, now: number, settings: Settings): Standing {
  const { expiresAt } = session.admission;
  if (expiresAt === undefined) {
    const age = now - session.validatedAt;
    if (age <= settings.maxSessionMs) return 'good';
    return age <= settings.maxSessionMs + settings.orderGraceMs ? 'stale' : 'over';
  }
  if (!isPast(expiresAt, now)) return session.provenBy === 'fanfare' ? 'good' : 'stale';
  return session.attempted && now <= expiresAt + settings.orderGraceMs ? 'tail' : 'over';
}

/** When the last of a session's standings but `over` ends. Pure. */
export function endOf(
  session: Pick<Session, 'admission' | 'validatedAt' | 'attempted'>,
  settings: Settings,
): number {
  const { expiresAt } = session.admission;
  if (expiresAt === undefined) return session.validatedAt + settings.maxSessionMs + settings.orderGraceMs;
  return (
    expiresAt + (session.attempted ? Math.max(settings.orderGraceMs, CLOCK_TOLERANCE_MS) : CLOCK_TOLERANCE_MS)
  );
}

const SEPARATORS = '=; '.length;

/** Prepares a session for the requests that will carry its cookie. */
export function held(
  { session, sealedToken }: CarriedSession,
  value: string,
  settings: Settings,
  style: CookieStyle,
): HeldSession {
  const name = cookieName(style, session.admission.id);
  return {
    session,
    sealedToken,
    cookieName: name,
    bytes: name.length + value.length + SEPARATORS,
    until: endOf(session, settings),
    admission: Object.freeze({
      ...session.admission,
      validatedAt: session.validatedAt,
      verifiedBy: session.provenBy === 'fanfare' ? ('session' as const) : ('grace' as const),
    }),
    standing: 'good',
  };
}

/** Remembers which session its admission stands for, where admissions are handed over: for all others it would be garbage. */
export function showing({ handoff }: Pick<Context, 'handoff'>, held: HeldSession): HeldSession {
  handoff?.shown.set(held.admission, held);
  return held;
}

/** The admission token of a session; `undefined` when it was sealed under no secret of ours. */
export function tokenOf({ keyring }: Pick<Context, 'keyring'>, held: HeldSession): string | undefined {
  return openToken(keyring, held.sealedToken, held.session.admission.id);
}

/** What the ledger keeps to know a session again. */
export function sidHashOf(session: Session): string {
  return createHash('sha256').update(session.sid).digest('base64url');
}

/** A session for an admission that has just been proven; an earlier one of this browser keeps its identity. */
export function beginSession(
  context: Context,
  proven: Pick<Session, 'admission' | 'provenBy' | 'once'>,
  earlier: Session | undefined,
): Session {
  const now = context.clock.now();
  return {
    admission: proven.admission,
    provenBy: proven.provenBy,
    ...(proven.once === true ? { once: true as const } : {}),
    sid: earlier?.sid ?? randomBytes(16).toString('base64url'),
    startedAt: now,
    validatedAt: now,
    attempted: earlier?.attempted ?? false,
  };
}

/** Our cookies together; browsers and proxies cut longer headers off. */
const MOST_COOKIE_BYTES = 8_000;
/**
 * Writes a session to the browser. When the sessions together grow too long the oldest ones go, never one with an open
 * attempt; when even that is not enough the new one is not kept, and `session.overflow` says so.
 */
export async function writeSession(
  context: Context,
  res: Response,
  session: Session,
  sealedToken: string,
  others: readonly HeldSession[],
): Promise<HeldSession> {
  const { cookies, keyring, settings, clock } = context;
  const endsAt = endOf(session, settings);
  const value = signSession(keyring, settings.organizationId, session, sealedToken, endsAt);
  const written = showing(context, held({ session, sealedToken }, value, settings, cookies));
  const kept = others.filter((other) => other.session.admission.id !== session.admission.id);
  const leaving = await sessionsToDrop(context, kept, written.bytes);
  if (leaving === undefined) {
    const message = 'The browser holds too many admissions with open attempts for one more.';
    context.emit({ type: 'session.overflow', level: 'warn', message, admissionId: session.admission.id });
    return { ...written, unkept: true };
  }
  for (const old of leaving) clearCookie(context, res, old.cookieName);
  putCookie(
    res,
    written.cookieName,
    setCookie(cookies, written.cookieName, value, (endsAt - clock.now()) / 1000),
  );
  return written;
}

/** Tells the browser to forget a cookie of ours. */
export function clearCookie(context: Context, res: Response, name: string): void {
  putCookie(res, name, setCookie(context.cookies, name, '', 0));
}

async function sessionsToDrop(
  context: Context,
  sessions: readonly HeldSession[],
  newBytes: number,
): Promise<readonly HeldSession[] | undefined> {
  let bytes = sessions.reduce((sum, other) => sum + other.bytes, newBytes);
  const leaving: HeldSession[] = [];
  for (const candidate of [...sessions].sort((a, b) => a.session.startedAt - b.session.startedAt)) {
    if (bytes <= MOST_COOKIE_BYTES) break;
    if (candidate.session.attempted && (await mayBeOpen(context, candidate))) continue;
    leaving.push(candidate);
    bytes -= candidate.bytes;
  }
  return bytes <= MOST_COOKIE_BYTES ? leaving : undefined;
}

async function mayBeOpen(context: Context, { session }: HeldSession): Promise<boolean> {
  try {
    const row = await context.ledger.find(session.admission.id);
    return row !== undefined && 'attempt' in row;
  } catch {
    // The ledger has said `ledger.unavailable` itself; an attempt that may be open keeps its cookie.
    return true;
  }
}

/**
 * The admission session: one signed cookie per admission, which carries it over refreshes so that a page load need ask
 * nobody.
 */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { type DistributionType, distributionType, isId } from '../admission/identity.js';
import type { Keyring } from './keyring.js';
import { readSigned, sign } from './signed.js';

/** What one cookie says. Times are milliseconds since the epoch. */
export interface Session {
  readonly admission: Admission;
  /** Random, 128 bits: tells this browser's session from another one's for the same admission. */
  readonly sid: string;
  readonly startedAt: number;
  readonly validatedAt: number;
  /** Who vouched for the token. Anybody but Fanfare counts only until Fanfare can be asked. */
  readonly provenBy: 'fanfare' | 'signature' | 'nobody';
  /** Fanfare says yes to its token only once, and has. */
  readonly once?: true;
  /** An order attempt has begun in this session, so page loads ask the ledger. */
  readonly attempted: boolean;
}

// Short on the wire, since every request of the shop carries it.
export interface SessionClaims {
  readonly sid: string;
  readonly id: string;
  readonly con: string;
  readonly dis: string;
  readonly typ: string;
  readonly xp?: string;
  readonly adm?: number;
  readonly end?: number;
  readonly at: number;
  readonly val: number;
  readonly try?: number;
  readonly sgn?: number;
  readonly unv?: number;
  readonly one?: number;
  readonly tok: string;
}

/** Signs a session and its token (see `seal.ts`); `endsAt` becomes the standard `exp` claim. */
export function signSession(
  keyring: Keyring,
  organizationId: string,
  session: Session,
  sealedToken: string,
  endsAt: number,
): string {
  return sign(signing(keyring, organizationId), claimsOf(session, sealedToken), endsAt);
}

/** A session and its sealed token as claims of something that is signed. */
export function claimsOf(session: Session, sealedToken: string): SessionClaims {
  const { admission } = session;
  return compact({
    sid: session.sid,
    id: admission.id,
    con: admission.consumerId,
    dis: admission.distributionId,
    typ: admission.distributionType,
    xp: admission.experienceId,
    adm: admission.admittedAt,
    end: admission.expiresAt,
    at: session.startedAt,
    val: session.validatedAt,
    try: session.attempted ? 1 : undefined,
    sgn: session.provenBy === 'signature' ? 1 : undefined,
    unv: session.provenBy === 'nobody' ? 1 : undefined,
    one: session.once ? 1 : undefined,
    tok: sealedToken,
  });
}

/** A session as its cookie carries it: with the token that only a submit opens. */
export interface CarriedSession {
  readonly session: Session;
  readonly sealedToken: string;
}

/** Reads a cookie's value. `undefined` unless we signed exactly this text, as a session, for this organization. */
export function readSession(
  keyring: Keyring,
  organizationId: string,
  text: string,
): CarriedSession | undefined {
  const claims = readSigned(signing(keyring, organizationId), text) as SessionClaims | undefined;
  const session = claims && sessionOf(claims);
  return session && { session, sealedToken: claims.tok };
}

function signing(keyring: Keyring, organizationId: string): Parameters<typeof sign>[0] {
  return { keyring, purpose: 'admission-session', audience: organizationId };
}

/** The session that verified claims tell of; `undefined` when they tell of none. */
export function sessionOf(claims: SessionClaims): Session | undefined {
  const type = distributionType(claims.typ);
  if (type === undefined || !isId(claims.con) || !isId(claims.dis)) return undefined;
  return {
    admission: Object.freeze(admissionOf(claims, type)),
    sid: claims.sid,
    startedAt: claims.at,
    validatedAt: claims.val,
    attempted: claims.try === 1,
    provenBy: provenBy(claims),
    ...(claims.one === 1 ? { once: true as const } : {}),
  };
}

/** Field by field: every session seen for the first time comes through here, and `compact` would take three times as long. */
function admissionOf({ id, con, dis, xp, adm, end }: SessionClaims, type: DistributionType): Admission {
  const admission: { -readonly [Name in keyof Admission]: Admission[Name] } = {
    id,
    consumerId: con,
    distributionId: dis,
    distributionType: type,
  };
  if (xp !== undefined) admission.experienceId = xp;
  if (adm !== undefined) admission.admittedAt = adm;
  if (end !== undefined) admission.expiresAt = end;
  return admission;
}

function provenBy({ sgn, unv }: SessionClaims): Session['provenBy'] {
  if (unv === 1) return 'nobody';
  return sgn === 1 ? 'signature' : 'fanfare';
}

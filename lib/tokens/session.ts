/**
 * The admission session: one signed cookie per admission, which carries it over refreshes so that a page load need ask
 * nobody.
 */
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { distributionType, isId } from '../admission/identity.js';
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

/** Reads a cookie's value. `undefined` unless we signed exactly this text, as a session, for this organization. */
export function readSession(keyring: Keyring, organizationId: string, text: string): Session | undefined {
  const claims = readSigned(signing(keyring, organizationId), text) as SessionClaims | undefined;
  return claims && sessionOf(claims);
}

function signing(keyring: Keyring, organizationId: string): Parameters<typeof sign>[0] {
  return { keyring, purpose: 'admission-session', audience: organizationId };
}

/** What of a cookie's value {@link readSession} has verified, in memory of its own: a slice would keep the whole header alive. */
export function signedPart(text: string): string {
  return Buffer.from(text.slice(0, text.lastIndexOf('.') + 1)).toString();
}

/** The sealed token in a {@link signedPart}. It is the longest claim by far, and only submits need it. */
export function sealedTokenIn(signed: string): string {
  const [, payload = ''] = signed.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as SessionClaims).tok;
}

/** The session that verified claims tell of; `undefined` when they tell of none. */
export function sessionOf(claims: SessionClaims): Session | undefined {
  const type = distributionType(claims.typ);
  if (type === undefined || !isId(claims.con) || !isId(claims.dis)) return undefined;
  return {
    admission: Object.freeze(
      compact({
        id: claims.id,
        consumerId: claims.con,
        distributionId: claims.dis,
        distributionType: type,
        experienceId: claims.xp,
        admittedAt: claims.adm,
        expiresAt: claims.end,
      }),
    ),
    sid: claims.sid,
    startedAt: claims.at,
    validatedAt: claims.val,
    attempted: claims.try === 1,
    provenBy: provenBy(claims),
    ...(claims.one === 1 ? { once: true as const } : {}),
  };
}

function provenBy({ sgn, unv }: SessionClaims): Session['provenBy'] {
  if (unv === 1) return 'nobody';
  return sgn === 1 ? 'signature' : 'fanfare';
}

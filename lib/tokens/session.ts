/**
 * The admission session: one signed cookie per admission, which carries it over refreshes so that a page load need ask
 * nobody. HS256 by `jsonwebtoken`, with a purpose claim and the organization as audience, so that no other token that
 * was signed with the same secret can pass for one.
 */
import jwt from 'jsonwebtoken';
import type { Admission } from '../admission/admission.js';
import { compact } from '../admission/compact.js';
import { distributionType, isId } from '../admission/identity.js';
import type { Keyring } from './keyring.js';

/** What one cookie says. Times are milliseconds since the epoch. */
export interface Session {
  readonly admission: Admission;
  /** Random, 128 bits: tells this browser's session from another one's for the same admission. */
  readonly sid: string;
  readonly startedAt: number;
  readonly validatedAt: number;
  /** Who vouched for the token. Anybody but Fanfare counts only until Fanfare can be asked. */
  readonly provenBy: 'fanfare' | 'signature' | 'nobody';
  /** An order attempt has begun in this session, so page loads ask the ledger. */
  readonly attempted: boolean;
  /** See `seal.ts`. */
  readonly sealedToken: string;
}

const PURPOSE = 'admission-session';
/** Browsers keep no cookie whose name and value are longer together. */
const LONGEST_COOKIE = 4_096;

// Short on the wire, since every request of the shop carries it.
interface Claims {
  readonly use: string;
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
  readonly tok: string;
}

/** Signs a session; `endsAt` becomes the standard `exp` claim. */
export function signSession(
  keyring: Keyring,
  organizationId: string,
  session: Session,
  endsAt: number,
): string {
  const { admission } = session;
  const claims: Claims = compact({
    use: PURPOSE,
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
    tok: session.sealedToken,
  });
  return jwt.sign({ ...claims, exp: Math.ceil(endsAt / 1000) }, keyring[0].signing, {
    algorithm: 'HS256',
    audience: organizationId,
    noTimestamp: true,
  });
}

/** Reads a cookie's value. `undefined` unless we signed exactly this text, as a session, for this organization. */
export function readSession(keyring: Keyring, organizationId: string, text: string): Session | undefined {
  if (text.length > LONGEST_COOKIE) return undefined;
  for (const { signing } of keyring) {
    const claims = verified(text, signing, organizationId);
    if (claims !== undefined) return fromClaims(claims);
  }
  return undefined;
}

function verified(text: string, key: Keyring[0]['signing'], organizationId: string): Claims | undefined {
  try {
    // The end is judged by the caller's clock: a marked session outlives its admission for a while.
    const options = { algorithms: ['HS256' as const], audience: organizationId, ignoreExpiration: true };
    const claims = jwt.verify(text, key, options) as Claims;
    return claims.use === PURPOSE ? claims : undefined;
  } catch {
    // Whatever it is that makes a text unreadable, it is none of ours. Besides its own errors `jsonwebtoken` throws at
    // a damaged payload, which it parses before it looks at the signature, and at one that is `null`.
    return undefined;
  }
}

function fromClaims(claims: Claims): Session | undefined {
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
    sealedToken: claims.tok,
  };
}

function provenBy({ sgn, unv }: Claims): Session['provenBy'] {
  if (unv === 1) return 'nobody';
  return sgn === 1 ? 'signature' : 'fanfare';
}

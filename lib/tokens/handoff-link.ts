/** The link that hands an admission to a checkout on another domain: a session of its own, signed with the secret of both. */
import { createHmac } from 'node:crypto';
import { isId } from '../admission/identity.js';
import type { Keyring } from './keyring.js';
import { claimsOf, type Session, type SessionClaims, sessionOf } from './session.js';
import { readSigned, sign } from './signed.js';

/** What a link says. */
export interface HandoffLink {
  /** Random; a link is good once. */
  readonly id: string;
  readonly organizationId: string;
  /** As it begins on the other domain. */
  readonly session: Session;
  /** Sealed with the secret of both sides. */
  readonly sealedToken: string;
  /** Milliseconds since the epoch, in whole seconds. */
  readonly endsAt: number;
}

interface Claims extends SessionClaims {
  readonly jti: string;
  readonly org: string;
  readonly exp: number;
}

/** The identity of the session on the other side: the same for every link of this session, and nobody else's. */
export function handedSid(keyring: Keyring, { sid, admission }: Session): string {
  const mac = createHmac('sha256', keyring[0].signing).update(`handed:${sid}:${admission.id}`).digest();
  return mac.subarray(0, 16).toString('base64url');
}

/** Signs a link that only the site at `origin` takes. */
export function signHandoff(keyring: Keyring, origin: string, link: HandoffLink): string {
  const { id, organizationId, session, sealedToken, endsAt } = link;
  const claims = { ...claimsOf(session, sealedToken), jti: id, org: organizationId };
  return sign({ keyring, purpose: 'admission-handoff', audience: origin }, claims, endsAt);
}

/** Reads a link as the site at `origin`. `undefined` unless it was signed with the secret of both, for this site. */
export function readHandoff(keyring: Keyring, origin: string, text: string): HandoffLink | undefined {
  const signing = { keyring, purpose: 'admission-handoff' as const, audience: origin };
  const claims = readSigned(signing, text) as Claims | undefined;
  const session = claims && sessionOf(claims);
  if (session === undefined || !isId(claims?.jti)) return undefined;
  const { jti: id, org: organizationId, tok: sealedToken, exp } = claims;
  return { id, organizationId, session, sealedToken, endsAt: exp * 1_000 };
}

/**
 * Reading an admission token without believing it. Fanfare publishes no key, so what stands in a token may only route
 * the question to Fanfare and refuse early; it never admits.
 */
import { createHash } from 'node:crypto';
import { decode } from 'jsonwebtoken';
import { compact } from '../admission/compact.js';
import { earliest, isPast, parseTime } from '../admission/expiry.js';
import { distributionType, isId, type Triple } from '../admission/identity.js';
import type { Question } from '../admission/verdict.js';
import type { FanfareErrorCode } from '../errors.js';

/** What a request handed over, as it came: nothing in it is trusted. */
export interface HandedToken {
  readonly token: unknown;
  /** Fields that stood beside the token. */
  readonly consumerId?: unknown;
  readonly distributionId?: unknown;
  readonly distributionType?: unknown;
  readonly expiresAt?: unknown;
}

/** A token that has the shape of one, and whom it says it is for. */
export interface PresentedToken extends Question {
  /** SHA-256 (base64url) of the token. */
  readonly hash: string;
  /** The token's own claims; worth something only after Fanfare said yes. */
  readonly admittedAt?: number;
  readonly experienceId?: string;
  readonly organizationId?: string;
  /** The earliest end that the token or the browser named. */
  readonly expiresAt?: number;
}

/** Why a token is refused before anybody is asked; `detail` is for the log, not for the shopper. */
export interface EarlyRefusal {
  readonly refused: FanfareErrorCode;
  readonly detail: string;
  readonly retryAfterSeconds?: number;
}

export const LONGEST_TOKEN = 1_800;
const SHAPE = new RegExp(`^[A-Za-z0-9._~-]{8,${String(LONGEST_TOKEN)}}$`);
const TRIPLE = ['consumerId', 'distributionId', 'distributionType'] as const;

/** Whether it is one text that a token may be. */
export function isTokenShaped(token: unknown): token is string {
  return typeof token === 'string' && SHAPE.test(token);
}

type Claims = Readonly<Record<string, unknown>>;

/** Reads a handed token. A JWT's claims are the ids; a different id beside it is `ADMISSION_MISMATCH`. */
export function readAdmissionToken(handed: HandedToken, now: number): PresentedToken | EarlyRefusal {
  const { token } = handed;
  if (!isTokenShaped(token)) {
    return {
      refused: 'INVALID_ADMISSION_DATA',
      detail: 'the token is not one text of 8 to 1,800 token characters',
    };
  }
  const claims = claimsOf(token);
  const beside = besideOf(handed);
  if ('refused' in beside) return beside;
  const triple = tripleOf(claims, beside);
  if ('refused' in triple) return triple;
  const ownEnd = earliest(parseTime(claims['expiresAt']), parseTime(claims['exp']));
  if (isPast(ownEnd, now))
    return { refused: 'ADMISSION_EXPIRED', detail: 'the token names an end in the past' };
  return compact({
    ...triple,
    token,
    hash: hashOf(token),
    admittedAt: parseTime(claims['admittedAt']),
    experienceId: isId(claims['experienceId']) ? claims['experienceId'] : undefined,
    // The two names that Fanfare's other tokens have for it.
    organizationId: [claims['organizationId'], claims['org']].find(isId),
    expiresAt: earliest(ownEnd, parseTime(handed.expiresAt)),
  });
}

/** SHA-256 (base64url): what the ledger and the caches know a token by. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** The claims of a JWT; none for an opaque token, which is also what a broken JWT counts as. */
function claimsOf(token: string): Claims {
  try {
    const payload: unknown = decode(token);
    return typeof payload === 'object' && payload !== null && !Array.isArray(payload)
      ? (payload as Claims)
      : {};
  } catch {
    // Thrown at claims that are no JSON, and at nothing else.
    return {};
  }
}

function besideOf(handed: HandedToken): Partial<Triple> | EarlyRefusal {
  const fields: Record<string, unknown> = {};
  for (const name of TRIPLE) {
    const value = handed[name];
    if (value === undefined || value === null || value === '') continue;
    const valid = name === 'distributionType' ? distributionType(value) !== undefined : isId(value);
    if (!valid)
      return { refused: 'INVALID_ADMISSION_DATA', detail: `"${name}" beside the token is malformed` };
    fields[name] = value;
  }
  return fields;
}

function tripleOf(claims: Claims, beside: Partial<Triple>): Triple | EarlyRefusal {
  const contradicted = TRIPLE.find(
    (name) => claims[name] !== undefined && beside[name] !== undefined && claims[name] !== beside[name],
  );
  if (contradicted !== undefined) {
    return {
      refused: 'ADMISSION_MISMATCH',
      detail: `"${contradicted}" beside the token is not the token's own`,
    };
  }
  const ids: Claims = { ...beside, ...claims };
  const type = distributionType(ids['distributionType']);
  if (isId(ids['consumerId']) && isId(ids['distributionId']) && type !== undefined) {
    return { consumerId: ids['consumerId'], distributionId: ids['distributionId'], distributionType: type };
  }
  return {
    refused: 'ADMISSION_INVALID',
    detail: 'neither the token nor the fields beside it name a consumer, a distribution and its type',
  };
}

/** Telling a text that we signed from any other; whose purpose and end are to be judged by who reads it. */
import type { KeyObject } from 'node:crypto';
import jwt from 'jsonwebtoken';

/** What `jsonwebtoken` throws at a text that is none of ours. */
const NOT_OURS = [jwt.JsonWebTokenError, SyntaxError, TypeError];

/** What every text of ours says first, so that none can pass for one of another kind. */
export interface Purposeful {
  readonly use: string;
}

/** The claims of a text that this key signed (HS256) for this organization; `undefined` for any other text. */
export function signedClaims(text: string, key: KeyObject, organizationId: string): Purposeful | undefined {
  try {
    // The end is judged by the caller's clock.
    const options = { algorithms: ['HS256' as const], audience: organizationId, ignoreExpiration: true };
    const claims = jwt.verify(text, key, options) as Purposeful;
    return typeof claims.use === 'string' ? claims : undefined;
  } catch (error) {
    // A damaged payload is parsed before the signature is looked at, and of one that is `null` the claims are read all the same.
    if (NOT_OURS.some((kind) => error instanceof kind)) return undefined;
    throw error;
  }
}

/** `offlineVerifier`: Fanfare's public keys, put to use. */
import type { JsonWebKey } from 'node:crypto';
import type { OfflineVerifier } from '../validation/offline-verifier.js';
import { loadJose, requireJose } from './jose.js';
import type { SignatureAlgorithm } from './keys.js';
import { checkSignature } from './signature.js';
import { readRules, readSource } from './verifier-options.js';

interface Common {
  /** What a token may be signed with; default: all there are. Shared secrets (HS256) and `none` are never accepted. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** The only issuers (`iss`) that count; default: any, since Fanfare documents none. */
  readonly issuer?: string | readonly string[];
  /** What a token must be for (`aud`); default: anything. */
  readonly audience?: string | readonly string[];
  /** How far clocks may differ, in seconds; default 5. */
  readonly clockToleranceSeconds?: number;
}

/** Keys you were given: public JWKs, or texts in PEM (SPKI). They are taken for all keys there are. */
interface Fixed extends Common {
  readonly keys:
    string | JsonWebKey | readonly (string | JsonWebKey)[] | { readonly keys: readonly JsonWebKey[] };
  readonly jwksUrl?: never;
}

/** The address of a key set (JWKS): https, except on loopback. */
export interface Fetched extends Common {
  readonly jwksUrl: string;
  readonly keys?: never;
  /** How old keys grow before they are fetched again, in the background; in seconds, default 600. */
  readonly refreshSeconds?: number;
  /** The shortest time between two fetches, however many tokens name unknown keys; in seconds, default 30. */
  readonly cooldownSeconds?: number;
  /** How long older keys are used when they cannot be fetched, in seconds; default 3,600. */
  readonly staleSeconds?: number;
}

/** Options of {@link offlineVerifier}: `keys` or `jwksUrl`. */
export type OfflineVerifierOptions = Fixed | Fetched;

/** The middlewares take no token over 1,800; a longer one is somebody else's. */
const LONGEST_TOKEN = 8_192;

/**
 * A verifier for `createFanfare({ offlineVerifier })`. Throws a `TypeError` that names the option when one is wrong, and an
 * `Error` when jose is not installed. Waits for no network when it is asked: until keys are there it answers `unknown`.
 */
export function offlineVerifier(options: OfflineVerifierOptions): OfflineVerifier {
  requireJose();
  const source = readSource(options);
  const rules = readRules(options);
  return {
    async verify(token, at) {
      const keys = token.length > LONGEST_TOKEN ? undefined : source.current(at);
      if (keys === undefined) return 'unknown';
      const verdict = await checkSignature(token, keys, rules, at.now);
      if (verdict !== 'unlisted') return verdict;
      if (source.complete) return 'forged';
      void source.refresh(at);
      return 'unknown';
    },
    async ready(at) {
      await Promise.all([loadJose(), source.refresh(at)]);
    },
  };
}

/** Signed texts that were verified before: the hottest path of a page load, one short hash, one look-up, one comparison. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const ENTRIES = 10_000;

export interface Verified {
  /** The text without its signature, in memory of its own. */
  readonly signed: string;
  /** Milliseconds since the epoch; good before it. */
  readonly until: number;
}

/**
 * Wraps `verify` so that a text it accepted is not verified again until the `until` of what it returned. Failures are not
 * remembered, so junk cannot push shoppers out. A text is found by the SHA-256 of its signature, and the rest of it must be
 * the same to the letter. No signature is kept (docs/decisions/0027-known-by-signature.md).
 */
export function rememberVerified<T extends Verified>(
  verify: (text: string) => T | undefined,
): (text: string, now: number) => T | undefined {
  const remembered = new LRUCache<string, T>({ max: ENTRIES });
  return (text, now) => {
    const end = text.lastIndexOf('.') + 1;
    // 'binary' makes the shortest key, which the map finds fastest.
    const key = hash('sha256', text.slice(end), 'binary');
    const found = remembered.get(key);
    const known = found?.signed === text.slice(0, end) ? found : undefined;
    if (known !== undefined && now < known.until) return known;
    const verified = verify(text);
    if (verified !== undefined && now < verified.until) remembered.set(key, verified);
    else if (known !== undefined) remembered.delete(key);
    return verified;
  };
}

/** Signed texts that were verified before: the hottest path of a page load, one hash and one look-up. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const ENTRIES = 10_000;

export interface Verified {
  /** Milliseconds since the epoch; good before it. */
  readonly until: number;
}

/**
 * Wraps `verify` so that a text it accepted is not verified again until the `until` of what it returned. Failures are not
 * remembered, so junk cannot push shoppers out. A text is found by its SHA-256 and not kept
 * (docs/decisions/0027-known-by-hash.md).
 */
export function rememberVerified<T extends Verified>(
  verify: (text: string) => T | undefined,
): (text: string, now: number) => T | undefined {
  const remembered = new LRUCache<string, T>({ max: ENTRIES });
  return (text, now) => {
    // 'binary' makes the shortest key, which the map finds fastest.
    const key = hash('sha256', text, 'binary');
    const known = remembered.get(key);
    if (known !== undefined && now < known.until) return known;
    const verified = verify(text);
    if (verified !== undefined && now < verified.until) remembered.set(key, verified);
    else if (known !== undefined) remembered.delete(key);
    return verified;
  };
}

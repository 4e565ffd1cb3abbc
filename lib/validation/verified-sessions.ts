/** Signed texts that were verified before: the hottest path of a page load, one hash and one look-up. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';

const ENTRIES = 10_000;

/**
 * Wraps `verify` so that a text it accepted is not verified again until the `until` (milliseconds since the epoch) of
 * what it returned. Failures are not remembered, so junk cannot push shoppers out. Entries are keyed by the text's
 * SHA-256, never by the text.
 */
export function rememberVerified<T extends { readonly until: number }>(
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
    else remembered.delete(key);
    return verified;
  };
}

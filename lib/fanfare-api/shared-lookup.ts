/**
 * Looking up the name of a host, once for all who wait for it. Each lookup holds one of the few threads that files need as
 * well, for as long as a slow DNS likes: fifty connections at once would leave none to the rest of the shop.
 */
import dns from 'node:dns';
import type { LookupFunction } from 'node:net';

export function createSharedLookup(): LookupFunction {
  const waiting = new Map<string, Parameters<LookupFunction>[2][]>();
  return (hostname, options, callback) => {
    const name = JSON.stringify([hostname, options]);
    const others = waiting.get(name);
    if (others !== undefined) {
      others.push(callback);
      return;
    }
    const callers = [callback];
    waiting.set(name, callers);
    dns.lookup(hostname, options, (...found) => {
      waiting.delete(name);
      for (const answer of callers) answer(...found);
    });
  };
}

/** Verdicts of the last moments, by hashed question. A yes ends with the admission, a no soon, an unknown at once. */
import { LRUCache } from 'lru-cache';
import type { No, Verdict, Yes } from '../admission/verdict.js';

const YES_MS = 60_000;
const NO_MS = 5_000;
const ENTRIES = 10_000;

interface Entry {
  readonly verdict: Yes | No;
  /** Milliseconds since the epoch; good before it. */
  readonly until: number;
}

export interface VerdictCache {
  get(key: string, now: number): Yes | No | undefined;
  /** `notAfter`: the admission's end as known from elsewhere, in milliseconds since the epoch. */
  set(key: string, verdict: Verdict, now: number, notAfter?: number): void;
}

export function createVerdictCache(): VerdictCache {
  const entries = new LRUCache<string, Entry>({ max: ENTRIES });
  return {
    get(key, now) {
      const entry = entries.get(key);
      return entry !== undefined && now < entry.until ? entry.verdict : undefined;
    },
    set(key, verdict, now, notAfter = Infinity) {
      if (verdict.answer === 'unknown') return;
      entries.set(key, { verdict, until: goodUntil(verdict, now, notAfter) });
    },
  };
}

function goodUntil(verdict: Yes | No, now: number, notAfter: number): number {
  if (verdict.answer === 'no') return now + NO_MS;
  return Math.min(now + YES_MS, verdict.expiresAt ?? Infinity, notAfter);
}

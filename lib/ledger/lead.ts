/** Who does a ledger's background work, as a pure step: one process at a time, and its memo for the next one. */
import type { Lead, LeadRequest } from './ledger.js';

/** What is kept of the lead. */
export interface LeadRecord {
  readonly owner: string;
  readonly until: number;
  readonly memo?: string;
}

/**
 * Nobody asks for more than one lease: what has two of them left was taken by a clock that was ahead, and would keep
 * everybody waiting until the clock is there again. Who gives up asks for none, and has no say about another's.
 */
function isHeld({ until }: LeadRecord, leaseMs: number, now: number): boolean {
  return now < until && (leaseMs === 0 || until - now <= 2 * leaseMs);
}

/** Takes or keeps the lead; `write` is absent when somebody else has it. */
export function lead(
  kept: LeadRecord | undefined,
  { owner, leaseMs, memo = kept?.memo }: LeadRequest,
  now: number,
): { readonly outcome: Lead; readonly write?: LeadRecord } {
  if (kept !== undefined && kept.owner !== owner && isHeld(kept, leaseMs, now))
    return { outcome: { leads: false } };
  const told = memo === undefined ? {} : { memo };
  return { outcome: { leads: true, ...told }, write: { owner, until: now + leaseMs, ...told } };
}

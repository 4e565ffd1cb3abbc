/** Who does a ledger's background work, as a pure step: one process at a time, and its memo for the next one. */
import type { Lead, LeadRequest } from './ledger.js';

/** What is kept of the lead. */
export interface LeadRecord {
  readonly owner: string;
  readonly until: number;
  readonly memo?: string;
}

/** Takes or keeps the lead; `write` is absent when somebody else has it. */
export function lead(
  kept: LeadRecord | undefined,
  { owner, leaseMs, memo = kept?.memo }: LeadRequest,
  now: number,
): { readonly outcome: Lead; readonly write?: LeadRecord } {
  if (kept !== undefined && kept.owner !== owner && now < kept.until) return { outcome: { leads: false } };
  const told = memo === undefined ? {} : { memo };
  return { outcome: { leads: true, ...told }, write: { owner, until: now + leaseMs, ...told } };
}

/** The ledger as a waiting shopper may see it: it answers within two seconds, or the request says `LEDGER_UNAVAILABLE`. */
import { askLedger, type LedgerParts } from '../completion/ledger-watch.js';
import type { Ledger } from '../ledger/ledger.js';

/** The steps that requests take; completing is the completer's. */
export type AskedLedger = Pick<Ledger, 'find' | 'claim' | 'renew' | 'defer' | 'settle'>;

/** Wraps a ledger so that every fault of it is a `FanfareError` and an event. */
export function askedLedger(parts: LedgerParts): AskedLedger {
  const ask = <T>(work: (ledger: Ledger) => Promise<T>): Promise<T> =>
    askLedger(parts, 'The ledger cannot be asked.', work);
  return {
    find: (admissionId) => ask((ledger) => ledger.find(admissionId)),
    claim: (request) => ask((ledger) => ledger.claim(request)),
    renew: (holder, leaseMs) => ask((ledger) => ledger.renew(holder, leaseMs)),
    defer: (holder, reference) => ask((ledger) => ledger.defer(holder, reference)),
    settle: (holder, outcome) => ask((ledger) => ledger.settle(holder, outcome)),
  };
}

/** The ledger as a waiting shopper may see it: it answers within two seconds, or the request says `LEDGER_UNAVAILABLE`. */
import { askLedger, type LedgerParts } from '../completion/ledger-watch.js';
import type { ClaimOutcome, ClaimRequest, Ledger } from '../ledger/ledger.js';

/** The steps that requests take; completing is the completer's. */
export type AskedLedger = Pick<
  Ledger,
  'find' | 'claim' | 'renew' | 'defer' | 'settle' | 'deny' | 'findNote' | 'addNote' | 'useNote' | 'finishNote'
>;

/** Wraps a ledger so that every fault of it is a `FanfareError` and an event. */
export function askedLedger(parts: LedgerParts): AskedLedger {
  const ask = <T>(work: (ledger: Ledger) => Promise<T>): Promise<T> =>
    askLedger(parts, 'The ledger cannot be asked.', work);
  const asked: AskedLedger = {
    find: (admissionId) => ask((ledger) => ledger.find(admissionId)),
    claim(request) {
      let refused = false;
      const answer = ask(async (ledger) => {
        const outcome = await ledger.claim(request);
        if (refused) await giveBack(asked, request, outcome);
        return outcome;
      });
      answer.catch(() => (refused = true));
      return answer;
    },
    renew: (holder, leaseMs) => ask((ledger) => ledger.renew(holder, leaseMs)),
    defer: (holder, reference) => ask((ledger) => ledger.defer(holder, reference)),
    settle: (holder, outcome) => ask((ledger) => ledger.settle(holder, outcome)),
    deny: (triple, denial) => ask((ledger) => ledger.deny(triple, denial)),
    addNote: (note) => ask((ledger) => ledger.addNote(note)),
    useNote: (kind, key, limit) => ask((ledger) => ledger.useNote(kind, key, limit)),
    finishNote: (kind, key) => ask((ledger) => ledger.finishNote(kind, key)),
    findNote: (kind, key) => ask((ledger) => ledger.findNote(kind, key)),
  };
  return asked;
}

/**
 * A claim that comes after its shopper was sent away has no handler, and would lock them out for a lease. Where it took
 * the place of an attempt, that one's payment may still go on: its reference stays, and its outcome is unknown.
 */
async function giveBack(
  ledger: AskedLedger,
  { admission, attemptId }: ClaimRequest,
  late: ClaimOutcome,
): Promise<void> {
  if (late.outcome !== 'claimed') return;
  const holder = { admissionId: admission.id, attemptId };
  const reference = late.took?.attempt.reference;
  if (reference !== undefined) await ledger.defer(holder, reference);
  await ledger.settle(holder, { to: late.took === undefined ? 'free' : 'unresolved' });
}

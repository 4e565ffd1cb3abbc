/**
 * Admissions that are let in although nobody can check them. Each is on record in the ledger before its shopper is in, so
 * that no crash forgets it: whoever leads asks Fanfare about it (`revalidation.ts`).
 */
import type { Phase } from '../admission/outage.js';
import type { Ledger } from '../ledger/ledger.js';
import type { NewNote } from '../ledger/note.js';
import { askLedger, type LedgerParts } from './ledger-watch.js';
import { type Claimed, REFUSED, type Seal, writeClaimed } from './unverified-note.js';

export interface UnverifiedParts extends LedgerParts {
  readonly seal: Seal;
  /** How many at once, in all processes on the ledger. */
  readonly most: number;
}

export interface Unverified {
  /**
   * Puts an admission on record and says so; one that is on record already is in. `false`: it may not come in, because so
   * many are, because Fanfare has refused it since, or because the ledger could not be asked.
   */
  letIn(admissionId: string, claimed: Claimed, phase: Phase): Promise<boolean>;
}

/** Whoever has not been asked about for so long never will be. */
const KEPT_FOR_MS = 30 * 24 * 60 * 60 * 1_000;

export function createUnverified(parts: UnverifiedParts): Unverified {
  return {
    async letIn(admissionId, claimed, phase) {
      const value = writeClaimed(parts.seal, admissionId, claimed);
      const until = parts.clock.now() + KEPT_FOR_MS;
      const note = { kind: 'unverified', key: admissionId, value, until } as const;
      const recorded = await record(parts, note);
      if (recorded === 'new') sayLetIn(parts, admissionId, phase);
      return recorded !== 'not';
    },
  };
}

async function record(parts: UnverifiedParts, note: NewNote): Promise<'new' | 'known' | 'not'> {
  const message = 'An admission that nobody has checked could not be recorded, so it was not let in.';
  try {
    return await askLedger(parts, message, (ledger) => recordIn(ledger, note, parts.most));
  } catch {
    // The ledger has said `ledger.unavailable` itself; to the shopper it is one more reason to come again later.
    return 'not';
  }
}

async function recordIn(ledger: Ledger, note: NewNote, most: number): Promise<'new' | 'known' | 'not'> {
  if (await ledger.addNote(note, most)) return 'new';
  const known = await ledger.findNote(note.kind, note.key);
  return known === undefined || known.value === REFUSED ? 'not' : 'known';
}

function sayLetIn({ emit, most }: UnverifiedParts, admissionId: string, phase: Phase): void {
  const message = `Fanfare is away, so an admission nobody has checked was let in (one of ${most} at most).`;
  emit({ type: 'admission.unverified', level: 'warn', message, admissionId, phase });
}

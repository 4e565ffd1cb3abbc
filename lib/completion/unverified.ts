/**
 * Admissions that were let in although nobody could check them: how many there are, and what Fanfare says about each once
 * it is back. Kept by this process alone, since every session of theirs asks again by itself.
 */
import { compact } from '../admission/compact.js';
import { isPast } from '../admission/expiry.js';
import { failureOf, type Phase } from '../admission/outage.js';
import type { No, Question, Verdict, Yes } from '../admission/verdict.js';
import type { Timer } from '../clock.js';
import type { Row } from '../ledger/row.js';
import { isUsed } from '../ledger/row.js';
import type { LedgerParts, LedgerWatch } from './ledger-watch.js';
import { watchLedger } from './ledger-watch.js';

/** What was let in. `expiresAt`: as its token says, in milliseconds since the epoch. */
export interface Claimed extends Question {
  readonly expiresAt?: number;
}

export interface UnverifiedParts extends LedgerParts {
  /** Asks Fanfare; never rejects. */
  readonly ask: (claimed: Claimed) => Promise<Verdict>;
  /** How many at once. */
  readonly most: number;
}

export interface Unverified {
  /** Whether this admission is in already, or one more may be. */
  hasRoom(admissionId: string): boolean;
  /** Counts it, says so, and asks about it until Fanfare has answered; idempotent. */
  letIn(admissionId: string, claimed: Claimed, phase: Phase): void;
  /** No further question; resolves when the running one is answered. */
  stop(): Promise<void>;
}

const ASK_EVERY_MS = 5_000;

/** Puts it together; it does nothing before somebody is let in. */
export function createUnverified(parts: UnverifiedParts): Unverified {
  return new UnverifiedAdmissions(parts);
}

class UnverifiedAdmissions implements Unverified {
  readonly #parts: UnverifiedParts;
  readonly #ledger: LedgerWatch;
  readonly #open = new Map<string, Claimed>();
  #timer: Timer | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: UnverifiedParts) {
    this.#parts = parts;
    this.#ledger = watchLedger(parts);
  }

  hasRoom(admissionId: string): boolean {
    return this.#open.has(admissionId) || this.#open.size < this.#parts.most;
  }

  letIn(admissionId: string, claimed: Claimed, phase: Phase): void {
    if (this.#open.has(admissionId)) return;
    const { token, consumerId, distributionId, distributionType, expiresAt } = claimed;
    this.#open.set(admissionId, compact({ token, consumerId, distributionId, distributionType, expiresAt }));
    const message = `Fanfare is away, so an admission nobody has checked was let in (${this.#open.size} of ${this.#parts.most}).`;
    this.#parts.emit({ type: 'admission.unverified', level: 'warn', message, admissionId, phase });
    this.#schedule();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopped || this.#open.size === 0) return;
    this.#timer ??= this.#parts.clock.after(ASK_EVERY_MS, () => {
      this.#round = this.#askAll().then(() => {
        this.#timer = undefined;
        this.#schedule();
      });
    });
  }

  /** One after the other: after an outage Fanfare has enough to do. */
  async #askAll(): Promise<void> {
    for (const [admissionId, claimed] of this.#open) {
      if (this.#stopped) return;
      const row = await this.#ledger.ask((ledger) => ledger.find(admissionId));
      // Fanfare took the order, and may say no to the token for that very reason.
      const verdict = row?.state === 'delivered' ? YES : await this.#verdictOn(claimed);
      if (verdict === 'stop') return;
      if (verdict === 'unclear') continue;
      this.#open.delete(admissionId);
      this.#tell(admissionId, verdict, row);
    }
  }

  async #verdictOn(claimed: Claimed): Promise<Yes | No | 'unclear' | 'stop'> {
    const verdict = await this.#parts.ask(claimed);
    if (verdict.answer !== 'unknown') return verdict;
    if (failureOf(verdict) !== 'unclear') return 'stop';
    // A token that Fanfare never answers properly must not keep its place for ever.
    return isPast(claimed.expiresAt, this.#parts.clock.now())
      ? { answer: 'no', code: 'ADMISSION_EXPIRED' }
      : 'unclear';
  }

  #tell(admissionId: string, verdict: Yes | No, row: Row | undefined): void {
    const { emit } = this.#parts;
    if (verdict.answer === 'yes') {
      const message = 'An admission that was let in unchecked is genuine.';
      emit({ type: 'admission.unverified_confirmed', level: 'info', message, admissionId });
      return;
    }
    const { code } = verdict;
    const orderId = row !== undefined && isUsed(row) ? row.order.orderId : undefined;
    const made = orderId === undefined ? 'no order was made with it' : 'an order was made with it';
    const message = `An admission that was let in unchecked is refused by Fanfare (${code}); ${made}.`;
    const level = orderId === undefined ? ('warn' as const) : ('error' as const);
    emit(
      compact({ type: 'admission.unverified_refused' as const, level, message, admissionId, code, orderId }),
    );
  }
}

const YES: Yes = Object.freeze({ answer: 'yes' });

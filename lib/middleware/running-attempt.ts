/** One order attempt while its handler runs: keeps the claim alive, and writes down how it ended. */
import { delay, type Timer } from '../clock.js';
import type { Attempt } from '../admission/admission.js';
import type { AttemptOutcome, Holder } from '../ledger/ledger.js';
import type { Context } from './context.js';

/** What the handler's answer means for an attempt without an order. */
export type AnswerOutcome = 'released' | 'pending';

/**
 * `running`: the handler's answer decides. `completing`: an order exists, so no answer gives the claim back, whether or
 * not it could be written down. `over`: nothing more to do.
 */
type Phase = 'running' | 'completing' | 'over';

/** The answer waits this long for the ledger at most. */
const ANSWER_WAITS_MS = 1_000;
const SETTLE_RETRY_MS = 2_000;
const SETTLE_TRIES = 10;

export class RunningAttempt {
  readonly attempt: Attempt;
  readonly holder: Holder;
  readonly #context: Context;
  readonly #leaseMs: number;
  readonly #notAfter: number | undefined;
  readonly #abort = new AbortController();
  #phase: Phase = 'running';
  #renewal: Timer;
  readonly #limit: Timer;

  constructor(
    context: Context,
    claimed: Holder & { readonly number: number; readonly expiresAt: number | undefined },
    leaseMs: number,
  ) {
    const { settings, clock } = context;
    this.#context = context;
    this.#leaseMs = leaseMs;
    this.#notAfter = claimed.expiresAt === undefined ? undefined : claimed.expiresAt + settings.orderGraceMs;
    this.holder = { admissionId: claimed.admissionId, attemptId: claimed.attemptId };
    this.attempt = Object.freeze({
      number: claimed.number,
      id: claimed.attemptId,
      signal: this.#abort.signal,
    });
    this.#renewal = this.#renewLater();
    this.#limit = clock.after(settings.maxClaimMs, () => void this.#giveUp());
  }

  /** From here on an order exists: nothing releases the claim any more. */
  completing(): void {
    if (this.#phase === 'running') this.#phase = 'completing';
  }

  /** Asks the ledger whether this attempt still holds the admission. */
  async holds(): Promise<boolean> {
    return this.#phase !== 'over' && (await this.#context.ledger.renew(this.holder, this.#leaseMs));
  }

  /** The order is written down. */
  recorded(): void {
    this.#stop();
  }

  /** The handler has answered; resolves when that is written down, or after a second. */
  async answered(outcome: AnswerOutcome): Promise<void> {
    if (this.#phase !== 'running') return;
    this.#stop();
    await Promise.race([this.#settle(outcome, SETTLE_TRIES), delay(this.#context.clock, ANSWER_WAITS_MS)]);
  }

  /** Gives the claim back at the merchant's word; `false` when an order exists or the claim is gone. */
  async release(): Promise<boolean> {
    if (this.#phase !== 'running') return false;
    this.#stop();
    const released = await this.#context.ledger.settle(this.holder, { to: 'free' });
    if (released) this.#say('claim.released');
    return released;
  }

  #stop(): void {
    this.#phase = 'over';
    this.#renewal.cancel();
    this.#limit.cancel();
  }

  #renewLater(): Timer {
    return this.#context.clock.after(this.#leaseMs / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    let held: boolean;
    try {
      held = await this.#context.ledger.renew(this.holder, this.#leaseMs);
    } catch {
      // The ledger has said `ledger.unavailable` itself; as long as nobody else can claim either, trying on is right.
      held = true;
    }
    if (this.#phase === 'over') return;
    if (held) {
      this.#renewal = this.#renewLater();
      return;
    }
    const running = this.#phase === 'running';
    this.#stop();
    if (!running) return;
    this.#say('claim.lost');
    this.#abort.abort();
  }

  async #giveUp(): Promise<void> {
    this.#stop();
    this.#abort.abort();
    await this.#settle('unresolved', SETTLE_TRIES);
  }

  async #settle(outcome: AnswerOutcome | 'unresolved', tries: number): Promise<void> {
    try {
      const settled = await this.#context.ledger.settle(this.holder, this.#ledgerOutcome(outcome));
      this.#say(settled ? `claim.${outcome}` : 'claim.lost');
    } catch {
      // The ledger has said `ledger.unavailable` itself. Without this the claim ends as unresolved, so try on for a while.
      if (tries > 1) this.#context.clock.after(SETTLE_RETRY_MS, () => void this.#settle(outcome, tries - 1));
    }
  }

  #ledgerOutcome(outcome: AnswerOutcome | 'unresolved'): AttemptOutcome {
    if (outcome !== 'pending') return { to: outcome === 'released' ? 'free' : 'unresolved' };
    const { pendingMs } = this.#context.settings;
    return {
      to: 'pending',
      pendingMs,
      ...(this.#notAfter === undefined ? {} : { notAfter: this.#notAfter }),
    };
  }

  #say(type: keyof typeof SAYINGS): void {
    const { admissionId } = this.holder;
    this.#context.emit({ ...SAYINGS[type], admissionId, attempt: this.attempt.number });
  }
}

const SAYINGS = {
  'claim.released': {
    type: 'claim.released',
    level: 'info',
    message: 'An attempt ended without an order; the shopper may try again.',
  },
  'claim.pending': {
    type: 'claim.pending',
    level: 'info',
    message: 'An attempt was answered without an order: payment goes on elsewhere.',
  },
  'claim.lost': {
    type: 'claim.lost',
    level: 'warn',
    message: 'An attempt does not hold its admission any more: another one took over.',
  },
  'claim.unresolved': {
    type: 'claim.unresolved',
    level: 'warn',
    message: 'An attempt has no known outcome.',
  },
} as const;

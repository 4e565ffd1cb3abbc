/** One order attempt while its handler runs: keeps the claim alive, and writes down how it ended. */
import { delay, type Timer } from '../clock.js';
import type { Attempt } from '../admission/admission.js';
import type { AttemptOutcome, Holder } from '../ledger/ledger.js';
import { isUsed } from '../ledger/row.js';
import { attemptEvent, type AttemptEventType } from './attempt-events.js';
import type { Context } from './context.js';

/** What the handler's answer means for an attempt without an order. */
export type AnswerOutcome = 'released' | 'pending';

/**
 * `running`: the handler's answer decides. `completing`: an order exists, so no answer gives the claim back, whether or
 * not it could be written down. `committing`: the same, inside a transaction of the merchant's that may still roll back, so
 * with the answer the ledger is asked to find out. `over`: nothing more to do.
 */
type Phase = 'running' | 'completing' | 'committing' | 'over';

/** The answer waits this long for the ledger at most. */
const ANSWER_WAITS_MS = 1_000;
const SETTLE_RETRY_MS = 2_000;
const SETTLE_TRIES = 10;

export class RunningAttempt {
  /** By instance and admission: who completes an admission by its id alone speaks for the handler that holds it. */
  static readonly #all = new WeakMap<Context, Map<string, RunningAttempt>>();
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
    RunningAttempt.#of(context).set(claimed.admissionId, this);
  }

  /** The attempt that holds an admission for a handler of this process. */
  static holding(context: Context, admissionId: string): RunningAttempt | undefined {
    return RunningAttempt.#of(context).get(admissionId);
  }

  /** From here on an order exists: nothing releases the claim any more. */
  completing(inTransaction: boolean): void {
    if (this.#isOver()) return;
    this.#phase = inTransaction ? 'committing' : 'completing';
  }

  /** Asks the ledger whether this attempt still holds the admission, and renews its lease. */
  async holds(): Promise<boolean> {
    if (this.#isOver()) return false;
    const held = await this.#context.ledger.renew(this.holder, this.#leaseMs);
    if (!held) this.#lose();
    return !this.#isOver();
  }

  /** The order is written down. */
  recorded(): void {
    this.#stop();
  }

  /** The handler has answered; resolves when that is written down, or after a second. */
  async answered(outcome: AnswerOutcome): Promise<void> {
    if (this.#phase === 'completing' || this.#isOver()) return;
    const ended = this.#phase === 'committing' ? 'unresolved' : outcome;
    this.#stop();
    await Promise.race([this.#end(ended), delay(this.#context.clock, ANSWER_WAITS_MS)]);
  }

  /** Gives the claim back at the merchant's word; `false` when an order exists or the claim is gone. */
  async release(): Promise<boolean> {
    if (this.#phase !== 'running') return false;
    this.#stop();
    return this.#settle('released', SETTLE_TRIES);
  }

  static #of(context: Context): Map<string, RunningAttempt> {
    const known = RunningAttempt.#all.get(context) ?? new Map<string, RunningAttempt>();
    RunningAttempt.#all.set(context, known);
    return known;
  }

  #isOver(): boolean {
    return this.#phase === 'over';
  }

  #stop(): void {
    this.#phase = 'over';
    this.#renewal.cancel();
    this.#limit.cancel();
    const all = RunningAttempt.#of(this.#context);
    if (all.get(this.holder.admissionId) === this) all.delete(this.holder.admissionId);
  }

  #renewLater(): Timer {
    return this.#context.clock.after(this.#leaseMs / 3, () => void this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      await this.holds();
    } catch {
      // The ledger has said `ledger.unavailable` itself; as long as nobody else can claim either, trying on is right.
    }
    if (!this.#isOver()) this.#renewal = this.#renewLater();
  }

  #lose(): void {
    const running = this.#phase === 'running';
    this.#stop();
    if (!running) return;
    this.#say('claim.lost');
    this.#abort.abort();
  }

  async #giveUp(): Promise<void> {
    this.#stop();
    this.#abort.abort();
    await this.#end('unresolved');
  }

  /** Never rejects: what could not be written down is tried again. */
  async #end(outcome: AnswerOutcome | 'unresolved'): Promise<void> {
    try {
      if (!(await this.#settle(outcome, SETTLE_TRIES)) && !(await this.#isOrdered())) this.#say('claim.lost');
    } catch {
      // The ledger has said `ledger.unavailable` itself.
    }
  }

  /**
   * A `false` to a later try says nothing: an earlier one may have been written down after its time-out. Without any of
   * them the claim ends as unresolved.
   */
  async #settle(outcome: AnswerOutcome | 'unresolved', tries: number): Promise<boolean> {
    try {
      const settled = await this.#context.ledger.settle(this.holder, this.#ledgerOutcome(outcome));
      if (settled) this.#say(`claim.${outcome}`);
      return settled;
    } catch (error) {
      if (tries > 1)
        this.#context.clock.after(SETTLE_RETRY_MS, () => void this.#settleAgain(outcome, tries - 1));
      throw error;
    }
  }

  async #settleAgain(outcome: AnswerOutcome | 'unresolved', tries: number): Promise<void> {
    await this.#settle(outcome, tries).catch(() => false);
  }

  /** An order that was recorded elsewhere, by a webhook for instance, is no lost claim. */
  async #isOrdered(): Promise<boolean> {
    const row = await this.#context.ledger.find(this.holder.admissionId);
    return row !== undefined && isUsed(row);
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

  #say(type: AttemptEventType): void {
    this.#context.emit(attemptEvent(type, this.holder.admissionId, this.attempt.number));
  }
}

/**
 * Which process does a ledger's background work: one at a time, so that pace, pauses and sweeps hold across all of them.
 * Whoever leads starts the work, and stops it when somebody else leads.
 */
import type { Clock } from '../clock.js';
import type { Lead } from '../ledger/ledger.js';
import type { LedgerWatch } from './ledger-watch.js';
import { repeat } from './repeat.js';

/** Work that only the leader does. Both are idempotent. */
export interface LedWork {
  start(): void;
  /** Nothing further; resolves when what is running has ended. */
  stop(): Promise<void>;
}

export interface LeadershipParts {
  readonly ledger: LedgerWatch;
  readonly clock: Clock;
  /** Names this process. */
  readonly owner: string;
  readonly works: readonly LedWork[];
  /** What the next leader should know. */
  readonly memo: () => string;
  /** Hears, before the work starts, what the one before wrote down. */
  readonly recall: (memo: string) => void;
}

export interface Leadership {
  /** Asks for the lead, now and for as long as it runs; idempotent. */
  start(): void;
  /** Ends the work, and lets another process lead at once. */
  stop(): Promise<void>;
  /** `standby`: another process leads, or none has been found to yet. */
  readonly state: 'leading' | 'standby' | 'stopped';
}

/** So long nobody leads after the leader was killed. */
const LEASE_MS = 5_000;
const RENEW_MS = 1_500;

/** Puts it together; it does nothing before `start()`. */
export function createLeadership(parts: LeadershipParts): Leadership {
  return new LedgerLeadership(parts);
}

class LedgerLeadership implements Leadership {
  readonly #parts: LeadershipParts;
  readonly #renewals;
  #until = 0;
  #started = false;
  #leads = false;

  constructor(parts: LeadershipParts) {
    this.#parts = parts;
    this.#renewals = repeat(parts.clock, RENEW_MS, () => this.#renew());
  }

  get state(): Leadership['state'] {
    if (this.#leads) return 'leading';
    return this.#started ? 'standby' : 'stopped';
  }

  start(): void {
    this.#started = true;
    this.#renewals.start();
  }

  async stop(): Promise<void> {
    this.#started = false;
    await this.#renewals.stop();
    if (!this.#leads) return;
    await this.#end();
    await this.#ask(0);
  }

  async #renew(): Promise<void> {
    const askedAt = this.#parts.clock.now();
    const answer = await this.#ask(LEASE_MS);
    if (answer?.leads === true) {
      this.#until = askedAt + LEASE_MS;
      if (!this.#leads) this.#begin(answer.memo);
    } else if (this.#leads && (answer !== undefined || this.#parts.clock.now() >= this.#until)) {
      await this.#end();
    }
  }

  #ask(leaseMs: number): Promise<Lead | undefined> {
    const { ledger, owner, memo } = this.#parts;
    const told = this.#leads || leaseMs === 0 ? { memo: memo() } : {};
    return ledger.ask((asked) => asked.lead({ owner, leaseMs, ...told }));
  }

  #begin(memo: string | undefined): void {
    this.#leads = true;
    if (memo !== undefined) this.#parts.recall(memo);
    for (const work of this.#parts.works) work.start();
  }

  async #end(): Promise<void> {
    this.#leads = false;
    await Promise.all(this.#parts.works.map((work) => work.stop()));
  }
}

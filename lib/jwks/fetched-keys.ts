/**
 * Keys from an address, fetched when they are needed and never waited for: a shopper's request goes on without them. No
 * timer runs; whoever asks for keys that are due starts the next fetch.
 */
import { compact } from '../admission/compact.js';
import { errorName } from '../fanfare-api/failure.js';
import type { Moment } from '../validation/offline-verifier.js';
import type { KeySource } from './key-source.js';
import type { VerificationKey } from './keys.js';

/** Why a fetch brought no keys. */
export interface Unfetched {
  /** One short line, safe to log. */
  readonly failed: string;
  readonly status?: number;
}

export interface FetchTimes {
  /** Older keys are fetched again, while they go on being used. */
  readonly refreshMs: number;
  /** The shortest time between two fetches that went well, however many unknown keys are asked for. */
  readonly cooldownMs: number;
  /** How long past `refreshMs` keys are used while fetching fails. */
  readonly staleMs: number;
}

/** The latest answer. */
interface Fetched {
  readonly keys: readonly VerificationKey[];
  readonly fetchedAt: number;
}

const FIRST_BACK_OFF_MS = 5_000;
const LONGEST_BACK_OFF_MS = 300_000;

/** How long to leave an address alone after so many failures in a row. */
export function backOffMs(failures: number): number {
  return Math.min(FIRST_BACK_OFF_MS * 2 ** (failures - 1), LONGEST_BACK_OFF_MS);
}

export class FetchedKeys implements KeySource {
  /** A new key may sign before its address shows it: caches stand before it, and we ask it seldom. */
  readonly complete = false;
  readonly #fetch: () => Promise<readonly VerificationKey[] | Unfetched>;
  readonly #times: FetchTimes;
  #latest: Fetched | undefined;
  #failures = 0;
  #notBefore = -Infinity;
  #running: Promise<void> | undefined;

  /** `fetch` asks the address once. */
  constructor(fetch: () => Promise<readonly VerificationKey[] | Unfetched>, times: FetchTimes) {
    this.#fetch = fetch;
    this.#times = times;
  }

  current(at: Moment): readonly VerificationKey[] | undefined {
    const { refreshMs, staleMs } = this.#times;
    const latest = this.#latest;
    const age = latest === undefined ? Infinity : at.now - latest.fetchedAt;
    if (age >= refreshMs) void this.refresh(at);
    return age >= refreshMs + staleMs ? undefined : latest?.keys;
  }

  async refresh(at: Moment): Promise<void> {
    if (this.#running === undefined && at.now < this.#notBefore) return;
    this.#running ??= this.#fetchOnce(at).finally(() => (this.#running = undefined));
    await this.#running;
  }

  async #fetchOnce(at: Moment): Promise<void> {
    const result = await this.#fetch().catch((fault: unknown) => ({ failed: errorName(fault) }));
    if ('failed' in result) this.#fail(result, at);
    else this.#succeed(result, at);
  }

  #succeed(keys: readonly VerificationKey[], { now, emit }: Moment): void {
    this.#latest = { keys, fetchedAt: now };
    this.#failures = 0;
    this.#notBefore = now + this.#times.cooldownMs;
    const message = `The key set was fetched; it holds ${keys.length} keys that we can use.`;
    emit({ type: 'keys.refreshed', level: 'info', message, keys: keys.length });
  }

  #fail({ failed: reason, status }: Unfetched, { now, emit }: Moment): void {
    this.#failures += 1;
    this.#notBefore = now + backOffMs(this.#failures);
    const usableUntil = this.#usableUntil(now);
    const message = `The key set could not be fetched: ${reason}. ${consequence(usableUntil)}`;
    emit({ type: 'keys.unavailable', level: 'warn', message, ...compact({ reason, status, usableUntil }) });
  }

  #usableUntil(now: number): number | undefined {
    const { refreshMs, staleMs } = this.#times;
    const until = (this.#latest?.fetchedAt ?? -Infinity) + refreshMs + staleMs;
    return until > now ? until : undefined;
  }
}

function consequence(usableUntil: number | undefined): string {
  return usableUntil === undefined
    ? 'There are none to check signatures with.'
    : 'Those from before are used for some time.';
}

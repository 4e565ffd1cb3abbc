/** Rounds of a draw or an auction: the first entry starts one, the first entry after its end starts the next. */
import { problem, Refusal } from './answers.js';
import { BoundedMap } from './bounded-map.js';
import { PLACES_KEPT } from './standing.js';

export interface Round {
  readonly endsAt: number;
  readonly entrants: Set<string>;
}

export class Rounds<R extends Round> {
  readonly #start: (now: number) => R;
  readonly #byConsumer = new BoundedMap<string, R>(PLACES_KEPT);
  #current: R | undefined;

  constructor(start: (now: number) => R) {
    this.#start = start;
  }

  /** The round a consumer takes part in, which may be over. */
  of(consumerId: string): R | undefined {
    return this.#byConsumer.get(consumerId);
  }

  current(): R | undefined {
    return this.#current;
  }

  /** Joins the round that runs, or starts one; 429 when it is full. */
  join(consumerId: string, now: number): R {
    if (!this.#current || now >= this.#current.endsAt) this.#current = this.#start(now);
    const round = this.#current;
    if (round.entrants.size >= PLACES_KEPT && !round.entrants.has(consumerId)) {
      throw new Refusal({ ...problem(429, 'Queue is full'), headers: { 'Retry-After': '60' } });
    }
    round.entrants.add(consumerId);
    this.#byConsumer.delete(consumerId);
    this.#byConsumer.set(consumerId, round);
    return round;
  }

  /** Takes back an entry while its round still runs. */
  leave(consumerId: string, now: number): boolean {
    const round = this.of(consumerId);
    if (!round || now >= round.endsAt) return false;
    round.entrants.delete(consumerId);
    return this.#byConsumer.delete(consumerId);
  }
}

// Looked up once: a global costs more inside Jest than what it does here, eighty times a case.
const { imul } = Math;

/** Chance that can be had again: the same seed and turn throw the same numbers, so that one case runs without the others. */
export class Dice {
  #state: number;

  constructor(seed: number, turn: number) {
    this.#state = (imul(turn + 1, 0x9e3779b1) ^ seed) >>> 0;
    this.below(1);
  }

  /** A whole number from 0 to `limit` - 1 (mulberry32). */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** True once in `times`. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

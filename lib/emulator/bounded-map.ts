/** A map that forgets its oldest entry rather than grow past `limit`. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #limit: number;
  readonly #forgotten: (value: Value) => void;

  constructor(limit: number, forgotten: (value: Value) => void = () => undefined) {
    super();
    this.#limit = limit;
    this.#forgotten = forgotten;
  }

  override set(key: Key, value: Value): this {
    super.set(key, value);
    if (this.size > this.#limit) this.#forgetOldest();
    return this;
  }

  #forgetOldest(): void {
    for (const [key, value] of this) {
      this.delete(key);
      this.#forgotten(value);
      return;
    }
  }
}

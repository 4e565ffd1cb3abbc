/** Options of an engine, checked when it is made: a misspelt name must not be a silent default. */

/** Throws a `TypeError` that names the first option `factory` does not know. */
export function checkNames(factory: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(
      `${factory} takes an object of options, got ${options === null ? 'null' : typeof options}.`,
    );
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new TypeError(`${factory} has no option "${unknown}". It knows: ${known.join(', ')}.`);
  }
}

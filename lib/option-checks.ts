/** Saying precisely what is wrong with an option. Pure. */

/** The kind of a value in words, never the value: it may be a secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (typeof value === 'string')
    return value === '' ? 'an empty text' : `a text of ${String(value.length)} characters`;
  if (typeof value === 'number') return String(value);
  return typeof value;
}

/** Throws for anything but a plain object whose names are all known, with a guess at what was meant. */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  if (!isPlain(options)) {
    throw new TypeError(`${call} takes an object of options, got ${kindOf(options)}`);
  }
  for (const [name, value] of Object.entries(options)) {
    // A default would take its place without a word.
    if (value === null) throw new TypeError(`${call}: "${name}" is null; leave it out for its default`);
    if (known.includes(name)) continue;
    const meant = nearest(name, known);
    throw new TypeError(
      `${call} knows no option "${name}"${meant === undefined ? `; it knows ${known.join(', ')}` : `. Did you mean "${meant}"?`}`,
    );
  }
}

/** By its tag, since an object of another realm, as in a test runner, has another prototype. */
function isPlain(value: unknown): value is object {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** The known name that is most like `name`, unless none is much like it. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const edits = (candidate: string): number => distance(candidate.toLowerCase(), name.toLowerCase());
  const [first] = [...known].sort((a, b) => edits(a) - edits(b));
  return first !== undefined && edits(first) <= 2 + name.length / 6 ? first : undefined;
}

/** Edits between two words (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, character] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (character === other ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

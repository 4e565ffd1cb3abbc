/** The headers that a handler hands to `writeHead` itself, which would replace those that are set. Pure. */

export type HeaderPair = readonly [string, unknown];

/** The headers as pairs; `undefined` for an argument that is none, such as the status. */
export function headerPairs(argument: unknown): readonly HeaderPair[] | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  return Array.isArray(argument) ? pairsOf(argument) : Object.entries(argument);
}

/** Pairs in the form that the argument had. */
export function asHeaders(argument: unknown, pairs: readonly HeaderPair[]): unknown {
  return Array.isArray(argument) ? pairs.flat() : Object.fromEntries(pairs);
}

/** A list of headers alternates between names and values. */
function pairsOf(list: readonly unknown[]): HeaderPair[] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[String(name), list[index + 1]] as const] : []));
}

/** A header may have one value or a list of them. */
export function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

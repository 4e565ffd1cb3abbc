/**
 * The parameters of a query or of a sent form, by name. Only what is asked for is decoded, and the parts of a request that
 * ask after each other share one reading, so that 16 KB of escapes cost next to nothing.
 */

/** The value of a name; of a doubled one its pairs, which no reader accepts. */
export type ValueByName = (name: string) => string | readonly string[] | undefined;

/** A pair as it is spelled. */
interface Pair {
  readonly name: string;
  readonly spelled: string;
}

/** The parameters of a query, which several parts of a request ask for: the latest reading is kept. */
export function parametersOf(query: string): ValueByName {
  return valuesIn(readingOf(query));
}

/** The fields of a form, which is read once: nothing of it is kept. */
export function formFieldsOf(form: string): ValueByName {
  return valuesIn(read(form));
}

function valuesIn({ byName }: Reading): ValueByName {
  return (name) => {
    const pairs = byName.get(name)?.map(({ spelled }) => spelled);
    return pairs?.length === 1 ? new URLSearchParams(pairs[0]).values().next().value : pairs;
  };
}

/** The pairs that have other names, as they are spelled. */
export function pairsWithout(text: string, names: ReadonlySet<string>): readonly string[] {
  return readingOf(text)
    .pairs.filter(({ name }) => !names.has(name))
    .map(({ spelled }) => spelled);
}

interface Reading {
  readonly text: string;
  readonly pairs: readonly Pair[];
  readonly byName: ReadonlyMap<string, readonly Pair[]>;
}

let last: Reading = { text: '', pairs: [], byName: new Map() };

function readingOf(text: string): Reading {
  if (last.text !== text) last = read(text);
  return last;
}

function read(text: string): Reading {
  const pairs = text
    // A link with `??` is good, too.
    .replace(/^\?/, '')
    .split('&')
    .filter((spelled) => spelled !== '')
    .map((spelled) => ({ name: nameIn(spelled), spelled }));
  const byName = new Map<string, Pair[]>();
  for (const pair of pairs) {
    const others = byName.get(pair.name);
    if (others === undefined) byName.set(pair.name, [pair]);
    else others.push(pair);
  }
  return { text, pairs, byName };
}

/** A name that is not ASCII, which nobody asks for, stays as it is spelled. */
function nameIn(pair: string): string {
  const equals = pair.indexOf('=');
  const name = (equals === -1 ? pair : pair.slice(0, equals)).replaceAll('+', ' ');
  return name.includes('%') && ASCII.test(name) ? decodeURIComponent(name) : name;
}

const ASCII = /^(?:[^%]|%[0-7][0-9a-f])*$/i;

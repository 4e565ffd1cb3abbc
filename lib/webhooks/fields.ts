/** Reading values that somebody else wrote: own fields only, and nothing that is not plainly what is asked for. */

export type Fields = Readonly<Record<string, unknown>>;

const NONE: Fields = Object.freeze({});

/** A JSON object, or an empty one for anything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NONE;
}

/** A JSON list, or an empty one for anything else. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The first of these names that is there, be it written `likeThis` or `like_this`. */
export function field(fields: Fields, ...names: readonly string[]): unknown {
  for (const name of names.flatMap((camel) => [camel, snake(camel)])) {
    if (Object.hasOwn(fields, name) && fields[name] !== null) return fields[name];
  }
  return undefined;
}

/** A text that is not empty, or a whole number as one: platforms number their orders. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** The JSON object in a body; `undefined` when there is none. */
export function parseObject(body: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    // Signed, and yet not JSON: the caller answers that it is no event.
    return undefined;
  }
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

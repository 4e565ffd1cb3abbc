/** Reads request bodies: every field is checked before anything is done with it. */
import { kindOf, malformed, Refusal } from './answers.js';
import type { Issue } from './answers.js';
import { unitsOf } from './decimal.js';

const LONGEST_TEXT = 16_384;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

const KINDS = {
  string: (value: unknown): value is string =>
    typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT,
  uuid: (value: unknown): value is string => typeof value === 'string' && UUID.test(value),
  decimal: (value: unknown): value is string => typeof value === 'string' && unitsOf(value) !== undefined,
  number: (value: unknown): value is number => typeof value === 'number',
  object: isObject,
};

type Kind = keyof typeof KINDS;
type Shape = Readonly<Record<string, Kind | `${Kind}?`>>;
type Is<K extends Kind> = (typeof KINDS)[K] extends (value: unknown) => value is infer T ? T : never;
type Read<S extends Shape> = {
  readonly [Name in keyof S]: S[Name] extends Kind
    ? Is<S[Name]>
    : S[Name] extends `${infer K extends Kind}?`
      ? Is<K> | undefined
      : never;
};

/** The named fields of `body`; throws a 400 that lists every field that is missing or of the wrong kind. */
export function readFields<const S extends Shape>(body: unknown, shape: S): Read<S> {
  if (!isObject(body)) {
    throw new Refusal(malformed([{ field: 'body', expected: 'object', received: kindOf(body) }]));
  }
  const issues = Object.entries(shape)
    .filter(([field, kind]) => !fits(ownValue(body, field), kind))
    .map(([field, kind]) => issueOf(field, kind, ownValue(body, field)));
  if (issues.length > 0) throw new Refusal(malformed(issues));
  return Object.fromEntries(Object.keys(shape).map((field) => [field, ownValue(body, field)])) as Read<S>;
}

/** An own property only: `__proto__` and its kin are never fields. */
export function ownValue(body: Readonly<Record<string, unknown>>, field: string): unknown {
  return Object.hasOwn(body, field) ? body[field] : undefined;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fits(value: unknown, kind: Shape[string]): boolean {
  if (kind.endsWith('?') && value === undefined) return true;
  return KINDS[bare(kind)](value);
}

function bare(kind: Shape[string]): Kind {
  return kind.replace('?', '') as Kind;
}

function issueOf(field: string, kind: Shape[string], value: unknown): Issue {
  const received = typeof value === 'string' ? `string of ${value.length} characters` : kindOf(value);
  return { field, expected: bare(kind), received };
}

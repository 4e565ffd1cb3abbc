/** Reads request bodies: every field is checked before anything is done with it. */
import { kindOf, malformed, Refusal } from './answers.js';
import type { Issue } from './answers.js';

type Shape = Readonly<Record<string, 'string' | 'object?'>>;
type Read<S extends Shape> = {
  readonly [Name in keyof S]: S[Name] extends 'string'
    ? string
    : Readonly<Record<string, unknown>> | undefined;
};

const LONGEST_TEXT = 16_384;

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

function fits(value: unknown, kind: 'string' | 'object?'): boolean {
  if (kind === 'object?') return value === undefined || isObject(value);
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT;
}

function issueOf(field: string, kind: 'string' | 'object?', value: unknown): Issue {
  const received = typeof value === 'string' ? `string of ${value.length} characters` : kindOf(value);
  return { field, expected: kind === 'string' ? 'string' : 'object', received };
}

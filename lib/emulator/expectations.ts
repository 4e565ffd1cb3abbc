/** What a value must be, in words for who sent it and as a check. */
import { kindOf } from './answers.js';
import type { Issue } from './answers.js';
import { ownValue } from './fields.js';

export interface Expectation {
  /** Goes on a sentence that begins with "must be". */
  readonly expected: string;
  readonly fits: (value: unknown) => boolean;
}

/** By the name of the field. */
export type Expectations = Readonly<Record<string, Expectation>>;

export const text: Expectation = {
  expected: 'a text',
  fits: (value) => typeof value === 'string' && value !== '',
};

export const id: Expectation = {
  expected: 'letters, digits, _ and - (at most 128)',
  fits: (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,128}$/.test(value),
};

export const flag: Expectation = {
  expected: 'true or false',
  fits: (value) => typeof value === 'boolean',
};

export function optional({ expected, fits }: Expectation): Expectation {
  return { expected, fits: (value) => value === undefined || fits(value) };
}

export function oneOf(words: readonly string[]): Expectation {
  return { expected: `one of ${words.join(', ')}`, fits: (value) => words.includes(value as string) };
}

export function between(least: number, most: number): Expectation {
  return {
    expected: `${least} to ${most}`,
    fits: (value) => typeof value === 'number' && value >= least && value <= most,
  };
}

/** Every field of `item` that is not as expected. */
export function issuesOf(item: Readonly<Record<string, unknown>>, fields: Expectations): readonly Issue[] {
  return Object.entries(fields).flatMap(([field, { expected, fits }]) => {
    const value = ownValue(item, field);
    return fits(value) ? [] : [{ field, expected, received: kindOf(value) }];
  });
}

/** The fields of `item` that nobody expects. */
export function strangersIn(
  item: Readonly<Record<string, unknown>>,
  fields: Expectations,
): readonly string[] {
  return Object.keys(item).filter((field) => !Object.hasOwn(fields, field));
}

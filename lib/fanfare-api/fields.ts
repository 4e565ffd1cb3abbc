/** Checks what a merchant's code hands to a call, before anything goes out. */
import { FanfareError } from '../errors.js';
import { kindOf } from '../option-checks.js';

/** What a field has to be, and how that is said. */
export interface Kind {
  readonly words: string;
  readonly fits: (value: unknown) => boolean;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const AMOUNT = /^\d{1,12}(\.\d{1,8})?$/;

function matching(words: string, pattern: RegExp): Kind {
  return { words, fits: (value) => typeof value === 'string' && pattern.test(value) };
}

export const uuid = matching('a UUID, as Fanfare asks for it', UUID);
export const amount = matching('a decimal string such as "129.00"', AMOUNT);
export const currency = matching('an ISO 4217 code such as "EUR"', /^[A-Za-z]{3}$/);
export const text = textOf(16_384);
export const quantity: Kind = {
  words: 'a number above 0',
  fits: (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
};
export const url: Kind = {
  words: 'an absolute http or https address',
  fits: (value) =>
    typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
};

export function textOf(longest: number): Kind {
  return {
    words: `a text of 1 to ${longest.toLocaleString('en')} characters`,
    fits: (value) => typeof value === 'string' && value !== '' && value.length <= longest,
  };
}

export function oneOf(...words: readonly string[]): Kind {
  return {
    words: words.map((word) => `"${word}"`).join(' or '),
    fits: (value) => words.includes(value as string),
  };
}

/** May be left out. */
export function optional({ words, fits }: Kind): Kind {
  return { words, fits: (value) => value === undefined || fits(value) };
}

/** Throws `INVALID_ADMISSION_DATA` that names the first field that does not fit, and never what it holds. */
export function checkFields(call: string, fields: object, kinds: Readonly<Record<string, Kind>>): void {
  for (const [name, { words, fits }] of Object.entries(kinds)) {
    const value = (fields as Readonly<Record<string, unknown>>)[name];
    if (!fits(value)) throw malformed(call, name, words, value);
  }
}

export function malformed(call: string, name: string, words: string, value: unknown): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', {
    message: `${call}: "${name}" must be ${words}, got ${kindOf(value)}`,
  });
}

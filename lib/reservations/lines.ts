/** What a merchant hands in, checked before anything is asked: it may have come from a shopper's cart. Pure. */
import { isId } from '../admission/identity.js';
import { FanfareError } from '../errors.js';
import { isShortText } from '../admission/short-text.js';

/** One line of a cart. */
export interface CartLine {
  /** As in the stock table; 1 to 255 characters, none of them control characters. */
  readonly item: string;
  /** A whole number from 1 to 1,000,000. */
  readonly quantity: number;
  /** What the line is called, the same at each call; default: the item. */
  readonly line?: string;
}

const MOST_LINES = 100;
const MOST_OF_ONE = 1_000_000;

/** Throws `INVALID_ADMISSION_DATA` for anything but an object with an admission's id. */
export function readId(admission: unknown): string {
  const id: unknown = (admission as { readonly id?: unknown } | null | undefined)?.id;
  if (isId(id)) return id;
  throw invalid('"id" must be an admission id');
}

/** The attempt that asks, if one does. */
export function readAttemptId(attempt: { readonly id: string } | undefined): string | undefined {
  return attempt?.id === undefined ? undefined : readText('attempt.id', attempt.id);
}

/** When the admission ends, where that is known. */
export function readEnd(expiresAt: unknown): number | undefined {
  if (expiresAt === undefined || Number.isSafeInteger(expiresAt)) return expiresAt as number | undefined;
  throw invalid('"expiresAt" must be a whole number of milliseconds');
}

export function readText(name: string, value: unknown): string {
  if (isShortText(value)) return value;
  throw invalid(`"${name}" must be a text of 1 to 255 characters`);
}

/** Every line with its name. */
export function readCart(lines: readonly CartLine[]): readonly Required<CartLine>[] {
  const cart = list(lines).map((given) => {
    const { item, quantity, line = item } = Object(given) as CartLine;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > MOST_OF_ONE) {
      throw invalid(`"quantity" must be a whole number from 1 to ${MOST_OF_ONE}`);
    }
    return { item: readText('item', item), quantity, line: readText('line', line) };
  });
  refuseTwice(cart.map(({ line }) => line));
  return cart;
}

/** The names of lines; `undefined`, which means all of them, passes. */
export function readLineNames(lines: readonly string[] | undefined): readonly string[] | undefined {
  if (lines === undefined) return undefined;
  const names = list(lines).map((line) => readText('lines', line));
  refuseTwice(names);
  return names;
}

function list(lines: unknown): readonly unknown[] {
  const isList = Array.isArray(lines) && lines.length >= 1 && lines.length <= MOST_LINES;
  // Copied, since in a list with holes nobody would look at them.
  if (isList) return [...(lines as unknown[])];
  throw invalid(`"lines" must be a list of 1 to ${MOST_LINES}`);
}

function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw invalid(`"lines" names the line ${JSON.stringify(twice)} twice`);
}

function invalid(message: string): FanfareError {
  return new FanfareError('INVALID_ADMISSION_DATA', { message });
}

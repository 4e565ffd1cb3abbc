/** What the merchant tells about an order, read leniently: an order that exists is always recorded. */
import { FanfareError } from '../errors.js';
import { kindOf } from '../option-checks.js';
import { compact } from './compact.js';
import { isShortText } from './short-text.js';

/** An order as `completeAdmission` takes it. */
export interface Order {
  /** The merchant's own order id: 1 to 255 characters, none of them control characters. */
  readonly orderId: string;
  /** A decimal string such as `'129.00'`: at most 12 digits before and 8 behind the point. */
  readonly amount?: string;
  /** ISO 4217, such as `'EUR'`. */
  readonly currency?: string;
  /** More that Fanfare should keep with the completion: a plain JSON object, at most 4,096 bytes as text and 100 levels deep. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** An order that is fit to be written down. */
export interface ReadOrder {
  readonly order: Order;
  /** Names of fields that were malformed and left out. */
  readonly leftOut: readonly ('amount' | 'currency' | 'metadata')[];
}

const AMOUNT = /^\d{1,12}(\.\d{1,8})?$/;
const CURRENCY = /^[A-Za-z]{3}$/;
const METADATA_BYTES = 4_096;
/** SQLite reads no JSON of more than about 1,000, and would record the order never. */
const METADATA_LEVELS = 100;

/**
 * Reads an order. Only a bad `orderId` is an error (`INVALID_ADMISSION_DATA`): money has moved already, so a malformed
 * amount, currency or metadata is left out and named, never a reason to lose the order.
 */
export function readOrder(input: Order): ReadOrder {
  const given: unknown = (input as Order | null | undefined)?.orderId;
  if (!isShortText(given)) {
    throw new FanfareError('INVALID_ADMISSION_DATA', {
      message: `"orderId" must be a text of 1 to 255 characters, got ${kindOf(given)}`,
    });
  }
  const read = compact({
    amount: matching(input.amount, AMOUNT),
    currency: matching(input.currency, CURRENCY)?.toUpperCase(),
    metadata: plainJson(input.metadata),
  });
  return {
    order: { orderId: given, ...read },
    leftOut: (['amount', 'currency', 'metadata'] as const).filter(
      (name) => read[name] === undefined && input[name] !== undefined,
    ),
  };
}

function matching(value: unknown, pattern: RegExp): string | undefined {
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}

function plainJson(value: unknown): Record<string, unknown> | undefined {
  if (!isRecord(value)) return undefined;
  try {
    const text = JSON.stringify(value);
    const plain: unknown = JSON.parse(text);
    if (!isRecord(plain) || Buffer.byteLength(text) > METADATA_BYTES) return undefined;
    return isWithin(plain, METADATA_LEVELS) ? plain : undefined;
  } catch {
    // A cycle or a BigInt: not JSON, so it is left out like every other malformed field.
    return undefined;
  }
}

function isWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Reading the options about hostile visitors and dry runs: each throws a `TypeError` that names the option. */
import type { CheckedOptions } from './options.js';
import type { Mode, Settings } from './middleware/context.js';
import { kindOf } from './option-checks.js';
import { readHeaderName } from './option-readers.js';

const MOST_PER_MINUTE = 1_000;

export function readCeiling(value: unknown = 30): Pick<CheckedOptions, 'coldPerMinute'> {
  if (value === false) return {};
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= MOST_PER_MINUTE)
    return { coldPerMinute: Number(value) };
  throw new TypeError(
    `"coldValidationsPerMinute" must be a whole number from 1 to ${MOST_PER_MINUTE}, or false, got ${kindOf(value)}`,
  );
}

export function readFingerprintHeader(value: unknown): Pick<Settings, 'fingerprintHeader'> {
  return value === undefined ? {} : { fingerprintHeader: readHeaderName('fingerprintHeader', value) };
}

export function readMode(value: unknown = 'enforce'): Mode {
  if (value === 'enforce' || value === 'report') return value;
  throw new TypeError(`"mode" must be 'enforce' or 'report', got ${kindOf(value)}`);
}

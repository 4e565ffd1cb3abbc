/** Reads a fault that came over HTTP. */
import { kindOf, malformed, Refusal } from './answers.js';
import { FAULT_TARGETS, RETRY_AFTER_FORMS, SIMPLE_FAULT_KINDS } from './faults.js';
import type { Fault } from './faults.js';
import { isObject, ownValue } from './fields.js';

type Check = (value: unknown) => boolean;

const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const oneOf =
  (words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string);
const between =
  (least: number, most: number): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most;

const COMMON: Readonly<Record<string, Check>> = {
  kind: oneOf(['status', ...SIMPLE_FAULT_KINDS]),
  on: optional(oneOf(FAULT_TARGETS)),
  latencyMs: optional(between(0, 3_600_000)),
};
const STATUS: Readonly<Record<string, Check>> = {
  ...COMMON,
  status: between(400, 599),
  retryAfterSeconds: optional(between(0, 1_000_000)),
  retryAfterForm: optional(oneOf(RETRY_AFTER_FORMS)),
  afterEffect: optional((value) => typeof value === 'boolean'),
};

/** The fault in `value`; a 400 that names every field that does not fit or is unknown. */
export function readFault(value: unknown): Fault {
  if (!isObject(value)) {
    throw new Refusal(malformed([{ field: 'fault', expected: 'object', received: kindOf(value) }]));
  }
  const checks = ownValue(value, 'kind') === 'status' ? STATUS : COMMON;
  const wrong = [...new Set([...Object.keys(checks), ...Object.keys(value)])].filter(
    (field) => !(checks[field]?.(ownValue(value, field)) ?? false),
  );
  if (wrong.length === 0) return value as unknown as Fault;
  throw new Refusal(
    malformed(
      wrong.map((field) => ({
        field,
        expected: field in checks ? 'a value as in the documentation' : 'nothing: unknown field',
        received: kindOf(ownValue(value, field)),
      })),
    ),
  );
}

/** How often a fault is to strike: a whole number from 1 to 1,000, by default 1. */
export function readTimes(value: unknown): number {
  if (value === undefined) return 1;
  if (Number.isInteger(value) && between(1, 1_000)(value)) return value as number;
  throw new Refusal(malformed([{ field: 'times', expected: '1 to 1000', received: kindOf(value) }]));
}

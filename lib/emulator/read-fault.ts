/** Reads a fault that came over HTTP. */
import { kindOf, malformed, Refusal } from './answers.js';
import { between, flag, issuesOf, oneOf, optional, strangersIn } from './expectations.js';
import type { Expectations } from './expectations.js';
import { FAULT_TARGETS, RETRY_AFTER_FORMS, SIMPLE_FAULT_KINDS } from './faults.js';
import type { Fault } from './faults.js';
import { isObject, ownValue } from './fields.js';

const COMMON: Expectations = {
  kind: oneOf(['status', ...SIMPLE_FAULT_KINDS]),
  on: optional(oneOf(FAULT_TARGETS)),
  latencyMs: optional(between(0, 3_600_000)),
};
const STATUS: Expectations = {
  ...COMMON,
  status: between(400, 599),
  retryAfterSeconds: optional(between(0, 1_000_000)),
  retryAfterForm: optional(oneOf(RETRY_AFTER_FORMS)),
  afterEffect: optional(flag),
};

/** The fault in `value`; a 400 that names every field that does not fit or is unknown, and what would fit. */
export function readFault(value: unknown): Fault {
  if (!isObject(value)) {
    throw new Refusal(malformed([{ field: 'fault', expected: 'object', received: kindOf(value) }]));
  }
  const fields = ownValue(value, 'kind') === 'status' ? STATUS : COMMON;
  const strangers = strangersIn(value, fields).map((field) => ({
    field,
    expected: 'nothing: unknown field',
    received: kindOf(value[field]),
  }));
  const issues = [...issuesOf(value, fields), ...strangers];
  if (issues.length > 0) throw new Refusal(malformed(issues));
  return value as unknown as Fault;
}

const TIMES = between(1, 1_000);

/** How often a fault is to strike: a whole number from 1 to 1,000, by default 1. */
export function readTimes(value: unknown): number {
  if (value === undefined) return 1;
  if (Number.isInteger(value) && TIMES.fits(value)) return value as number;
  throw new Refusal(malformed([{ field: 'times', expected: TIMES.expected, received: kindOf(value) }]));
}

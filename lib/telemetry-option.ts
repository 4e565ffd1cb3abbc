/** The option `telemetry`. */
import type { Telemetry } from './observer.js';
import { kindOf } from './option-checks.js';

const PARTS = ['heard', 'aroundCall', 'aroundValidation', 'aroundRecording', 'aroundDelivery', 'watch'];

/** Throws a `TypeError` that names the option and what it got. */
export function readTelemetry(value: unknown): { readonly telemetry?: Telemetry } {
  if (value === undefined) return {};
  const parts = Object(value) as Record<string, unknown>;
  if (PARTS.every((name) => typeof parts[name] === 'function')) return { telemetry: value as Telemetry };
  throw new TypeError(
    `"telemetry" must be one, such as openTelemetry() from "express-fanfare/opentelemetry", got ${kindOf(value)}`,
  );
}

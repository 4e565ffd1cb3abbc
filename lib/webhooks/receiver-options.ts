/** The options that every receiver has, checked once. */
import type { Backstage, OnStage } from '../middleware/backstage.js';
import { checkOptions, kindOf } from '../option-checks.js';

export interface ReceiverOptions {
  /** The endpoint's signing secret, or several while one takes the place of another: any of them counts. */
  readonly secrets: string | readonly string[];
  /**
   * Tells apart several receivers of one kind, as for two shops; the same in every process. Default: the kind, such as
   * `'shopify'`.
   */
  readonly name?: string;
  /** The longest body that is read, in bytes; default 1,048,576. */
  readonly maxBytes?: number;
}

export interface CheckedReceiver {
  readonly backstage: Backstage;
  readonly receiver: string;
  readonly secrets: readonly string[];
  readonly maxBytes: number;
}

const NAMES: readonly (keyof ReceiverOptions)[] = ['secrets', 'name', 'maxBytes'];
const RECEIVER = /^[A-Za-z0-9_.-]{1,64}$/;

/** Throws a `TypeError` that names the option. `own`: the names of the options that this receiver has besides. */
export function readReceiver(
  call: string,
  { kind, own }: { readonly kind: string; readonly own: readonly string[] },
  fanfare: OnStage,
  options: ReceiverOptions,
): CheckedReceiver {
  const backstage = readFanfare(call, fanfare);
  checkOptions(call, options, [...NAMES, ...own]);
  const secrets = readSecrets(call, options.secrets);
  const maxBytes = readMaxBytes(call, options.maxBytes);
  return { backstage, secrets, maxBytes, receiver: readName(call, options.name ?? kind) };
}

function readFanfare(call: string, value: unknown): Backstage {
  if (typeof value === 'object' && value !== null && 'backstage' in value)
    return value.backstage as Backstage;
  throw new TypeError(`${call} takes what createFanfare() returned, got ${kindOf(value)}`);
}

function readMaxBytes(call: string, value: unknown = 1_048_576): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
  throw new TypeError(`${call}: "maxBytes" must be a whole number above 0, got ${kindOf(value)}`);
}

export function readOptionalFunction<T>(call: string, name: string, value: T): T {
  if (value === undefined || typeof value === 'function') return value;
  throw new TypeError(`${call}: "${name}" must be a function, got ${kindOf(value)}`);
}

function readSecrets(call: string, value: unknown): readonly string[] {
  const secrets: readonly unknown[] = Array.isArray(value) ? (value as readonly unknown[]) : [value];
  const wrong = secrets.findIndex((secret) => typeof secret !== 'string' || secret === '');
  if (secrets.length > 0 && wrong === -1) return secrets as readonly string[];
  throw new TypeError(
    `${call}: "secrets" must be the signing secret of the endpoint, or a list of them, got ${kindOf(secrets[wrong] ?? value)}`,
  );
}

function readName(call: string, value: unknown): string {
  if (typeof value === 'string' && RECEIVER.test(value)) return value;
  throw new TypeError(
    `${call}: "name" must be 1 to 64 letters, digits, "_", "." and "-", got ${kindOf(value)}`,
  );
}

/** In seconds, at most a day. */
export function readTolerance(call: string, value: unknown = 300): number {
  if (typeof value === 'number' && value > 0 && value <= 86_400) return value;
  throw new TypeError(
    `${call}: "toleranceSeconds" must be a number above 0 and at most 86400, got ${kindOf(value)}`,
  );
}

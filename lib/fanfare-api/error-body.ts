/** What an error body of Fanfare's says, whichever of its documented families it belongs to. */
import { compact } from '../admission/compact.js';

/** The parts of an error body that mean something to us. A part that is absent or not a text is left out. */
export interface ErrorBody {
  /** `code`, or why a consumer was denied where their state is sent instead of an error. */
  readonly code?: string;
  /** Free text or a snake_case code: the documentation has both. */
  readonly error?: string;
  readonly message?: string;
  /** What a shopper can read out to support: `support.confirmationCode` or `support.referenceCode`. */
  readonly supportCode?: string;
  /** Whether the body says that the request itself is malformed: sending it again cannot help. */
  readonly known: boolean;
}

const REASONS = ['code', 'denyReason', 'deniedReason', 'reason'] as const;
const MALFORMED = /^validation[\s_-]?(error|failed)$/i;
const SUPPORT_CODE = /^[A-Za-z0-9][A-Za-z0-9 ._:#-]{0,63}$/;

/** Reads an error body; a text that is not a JSON object says nothing. */
export function readErrorBody(text: string): ErrorBody {
  const body = parseObject(text);
  return body === undefined ? { known: false } : errorBodyOf(body);
}

/** Reads an error body that is parsed already. */
export function errorBodyOf(body: Readonly<Record<string, unknown>>): ErrorBody {
  const code = REASONS.map((name) => textOf(body[name])).find((word) => word !== undefined);
  const error = textOf(body['error']);
  return compact({
    code,
    error,
    message: textOf(body['message']),
    supportCode: supportCodeOf(body['support']),
    known: [code, error].some((word) => word !== undefined && MALFORMED.test(word)),
  });
}

/** What a body says in words, its codes included. */
export function wordsOf({ code, error, message }: ErrorBody): readonly string[] {
  return [code, error, message].filter((words) => words !== undefined);
}

/** Reads a JSON object (no array, no null); anything else is `undefined`. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}

/** Reads JSON; a text that is none is `undefined`, which no JSON text means. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Proxies answer in HTML: not being JSON is an answer too, and the caller decides by the status.
    return undefined;
  }
}

function supportCodeOf(support: unknown): string | undefined {
  if (typeof support !== 'object' || support === null) return undefined;
  const { confirmationCode, referenceCode } = support as Record<string, unknown>;
  return [confirmationCode, referenceCode].find(
    (code): code is string => typeof code === 'string' && SUPPORT_CODE.test(code),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What the emulator answers, as values: routes return or throw them, one place sends them. */

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** Thrown by a route to answer at once with something other than success. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(readonly answer: Answer) {
    super(`Answered ${answer.status}`);
  }
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** Fanfare's plain error body, `{ error }`. */
export function problem(status: number, error: string, more: Record<string, unknown> = {}): Answer {
  return { status, body: { error, ...more } };
}

/** What was wrong with one field of a request body. */
export interface Issue {
  readonly field: string;
  readonly expected: string;
  readonly received: string;
}

/**
 * Fanfare's 400 for a body of the wrong shape. `input` stays null: Fanfare may echo what was sent, but an echo here would
 * carry tokens into logs.
 */
export function malformed(issues: readonly Issue[]): Answer {
  return problem(400, 'validation_error', {
    issues: issues.map(({ field, expected, received }) => ({
      kind: 'schema',
      type: expected,
      expected,
      received,
      message: `Invalid type: Expected ${expected} but received ${received}`,
      path: [{ type: 'object', origin: 'value', input: null, key: field }],
    })),
  });
}

/** Fanfare's device mismatch (FP002), per the vendor's error page. */
export function deviceMismatch(): Answer {
  return {
    status: 403,
    headers: { 'X-Fingerprint-Mismatch': 'true' },
    body: {
      valid: false,
      error: 'DEVICE_MISMATCH',
      message: 'This admission belongs to another device.',
      code: 'FP002',
      support: { message: 'Tell support this code.', confirmationCode: 'FP-EMU-0002' },
    },
  };
}

/** What an untyped value is, in the words of an error message. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The login bridge: a shopper whom the shop knows becomes a consumer whom Fanfare knows. */
import { FanfareError } from '../errors.js';
import { checkOptions } from '../option-checks.js';
import { compact } from '../admission/compact.js';
import { ask, type Ask, type Asking, unreadable } from './ask.js';
import type { Dialect } from './dialect.js';
import { checkFields, type Kind, optional, text, textOf } from './fields.js';

/** A shopper in the words of the login that the shop uses. */
export interface ExternalUser {
  readonly provider: string;
  readonly issuer: string;
  readonly subject: string;
  /** 1 to 255 characters. */
  readonly canonicalSubject?: string;
  /** Such as `email` and `fullName`: at most 10,000 characters as JSON. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** What the shop's page hands to Fanfare in the browser. Whoever has the code is the shopper: keep it out of logs. */
export interface ExternalAuthorization {
  /** Good once, for about 60 seconds. */
  readonly exchangeCode: string;
  /** As Fanfare wrote it. */
  readonly expiresAt: string;
  /** Whether Fanfare knew the shopper: `existing`, `linked` or `created`; the oldest generation does not say. */
  readonly resolution?: string;
}

const LONGEST_CLAIMS = 10_000;
const CLAIMS: Kind = {
  words: 'a plain object of at most 10,000 characters as JSON',
  fits: (value) => (jsonOf(value)?.length ?? Infinity) <= LONGEST_CLAIMS,
};
const KINDS = {
  ...{ provider: text, issuer: text, subject: text },
  canonicalSubject: optional(textOf(255)),
  claims: optional(CLAIMS),
};

/** Rejects with `NOT_IN_DIALECT` where the dialect has no such call, else as {@link ask} does. */
export async function authorizeExternal(
  asking: Asking,
  { name, authorizeExternal: operation }: Dialect,
  user: ExternalUser,
): Promise<ExternalAuthorization> {
  checkOptions('authorizeExternal', user, Object.keys(KINDS));
  checkFields('authorizeExternal', user, KINDS);
  if (operation === undefined) {
    throw new FanfareError('NOT_IN_DIALECT', {
      message: `authorizeExternal: the dialect "${name}" has no such call; use an "api.dialect" that has one`,
    });
  }
  const asked: Ask = { call: 'authorizeExternal', path: operation.path, body: compact({ ...user }) };
  const { exchangeCode, expiresAt, resolution } = await ask(asking, asked);
  if (!isText(exchangeCode) || !isText(expiresAt)) throw unreadable(asked);
  return { exchangeCode, expiresAt, ...(isText(resolution) ? { resolution } : {}) };
}

/** `undefined` for what is no object, or cannot be written as JSON. */
function jsonOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    // A cycle or a BigInt: not JSON, which the message says.
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

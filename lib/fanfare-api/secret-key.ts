/** The secret key at the moment it is needed: it may be rotated while the process runs. */
import { type Deadline, unlessPassed } from './deadline.js';
import { errorName } from './failure.js';
import type { Failure } from './failure.js';

/** The key, or a function that is asked for it before each call. */
export type SecretKey = string | (() => string | Promise<string>);

const SENDABLE = /^[\x21-\x7e]+$/;

/** Resolves with the key, or with why there is none; never with a publishable key, and never rejects. */
export async function currentKey(source: SecretKey, deadline: Deadline): Promise<string | Failure> {
  if (typeof source === 'string') return checked(source);
  try {
    return checked(await unlessPassed(deadline, Promise.resolve(source())));
  } catch (error) {
    return {
      failed: deadline.passed
        ? '"secretKey" function gave no key in time'
        : `"secretKey" function failed (${errorName(error)})`,
    };
  }
}

function checked(key: unknown): string | Failure {
  if (typeof key !== 'string') return wrong(`"secretKey" is not a text but ${typeof key}`);
  if (key.startsWith('pk_')) return wrong('"secretKey" is a publishable key (pk_), not a secret one (sk_)');
  if (!SENDABLE.test(key)) return wrong('"secretKey" is empty or has characters that no header may hold');
  return key;
}

/** Found out at the first shopper, since a function is not asked at the start: it has to be said loudly. */
function wrong(how: string): Failure {
  return {
    failed: how,
    misconfigured: `${how}; see to FANFARE_SECRET_KEY, or to the function that gives the key`,
  };
}

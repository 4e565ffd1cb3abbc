/** What the doctor judges by: a snapshot, in which whatever nobody knows is absent. It never holds a secret. */
import type { KeyKind } from './key-kind.js';

export interface Facts {
  /** `NODE_ENV`; `''` when it is not set. */
  readonly environment: string;
  /** What is wrong with each option that cannot be used. */
  readonly wrongOptions?: readonly string[];
  readonly key?: KeyKind;
  /** Of the weakest secret that sessions or links are signed with, in bits. */
  readonly secretEntropy?: number;
  readonly insecureCookies?: boolean;
  readonly hasOrderUrl?: boolean;
  readonly hasFindOrder?: boolean;
  readonly engine?: string;
  /** What the ledger said when it was opened. */
  readonly ledger?: { readonly warnings: readonly string[] } | { readonly fault: string };
  readonly api?: ApiFacts;
  /** How far our clock is ahead of Fanfare's, in milliseconds. */
  readonly clockAhead?: number;
  readonly requests?: RequestFacts;
}

/** What became of asking Fanfare for its health. */
export interface ApiFacts {
  readonly host: string;
  /** Whether the secret key went along. */
  readonly withKey: boolean;
  /** The HTTP status, or the short name of what came in its place. */
  readonly answer: { readonly status: number } | { readonly fault: string };
}

/** What the requests so far have shown; of a number, the largest. */
export interface RequestFacts {
  /** One came through a proxy, and Express trusts none. */
  readonly distrustedProxy: boolean;
  /** A browser asked for a page over plain http. */
  readonly plainPage: boolean;
  /** One came past another instance before. */
  readonly otherInstance: boolean;
  /** `express.static` stands before `attachAdmission`. */
  readonly afterStatic: boolean;
  /** A guard found no token in a submit whose body nobody had read. */
  readonly unreadBody: boolean;
  /** Of one of our cookies, with its name, in bytes. */
  readonly longestCookie: number;
  /** Of all our cookies in one request, in bytes. */
  readonly ourCookies: number;
  /** Of the whole `Cookie` header, in bytes. */
  readonly cookieHeader: number;
  /** Node's limit for all headers of a request, in bytes. */
  readonly headerLimit: number;
}

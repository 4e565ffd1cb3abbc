import type { Ledger } from '../../lib/ledger/ledger.js';

/** Where a ledger is, as JSON. */
export type Address =
  | { readonly engine: 'memory' }
  | { readonly engine: 'sqlite'; readonly file: string }
  | { readonly engine: 'postgres'; readonly url: string; readonly schema: string }
  | { readonly engine: 'redis'; readonly url: string; readonly prefix: string };

/**
 * `close` ends its connections as well.
 *
 * @param lib the folder of the library
 */
export function openLedger(lib: string, address: Address): Ledger;

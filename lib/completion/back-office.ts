/** What operators and the shop's back office ask of the ledger; nothing of it is loaded before the first call. */
import type * as CancellationsModule from './cancellations.js';
import type { Cancellations } from './cancellations.js';
import type { LedgerParts } from './ledger-watch.js';
import type * as OperateModule from './operate.js';
import type { Completions } from './operate.js';

export function completionsOnCall(parts: LedgerParts): Completions {
  const load = (): Completions => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first call, not at import
    const { completionsOf } = require('./operate.js') as typeof OperateModule;
    return completionsOf(parts);
  };
  return {
    list: async (query) => load().list(query),
    count: async (query) => load().count(query),
    show: async (admissionId) => load().show(admissionId),
    retry: async (admissionId) => load().retry(admissionId),
    retryAll: async () => load().retryAll(),
    discard: async (admissionId) => load().discard(admissionId),
  };
}

export function cancellationsOnCall(parts: LedgerParts): Cancellations {
  const load = (): Cancellations => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- by the first call, not at import
    const { createCancellations } = require('./cancellations.js') as typeof CancellationsModule;
    return createCancellations(parts);
  };
  return {
    recordCancellation: async (orderId, cancellation) => load().recordCancellation(orderId, cancellation),
    cancellationsOf: async (orderId) => load().cancellationsOf(orderId),
  };
}

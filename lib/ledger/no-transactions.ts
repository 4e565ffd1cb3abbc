/** Why most engines cannot record an order inside a transaction of the merchant's. */

/** What an engine without transactions answers to one. */
export function noTransactions(engine: string): TypeError {
  return new TypeError(
    `The ${engine} ledger takes no "transaction": only the PostgreSQL engine can record an order inside yours.`,
  );
}

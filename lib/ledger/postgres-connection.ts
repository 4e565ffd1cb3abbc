/** What the ledger needs of a PostgreSQL client, and how it asks and reads. */

/** A `Pool` or a `Client` of the package `pg`, or anything else with such a `query`. */
export interface PostgresConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** A `Pool` of the package `pg`: what lends a connection for a transaction. */
export interface PostgresPool extends PostgresConnection {
  connect(): Promise<PostgresConnection & { release(destroy?: boolean): void }>;
}

const NAME = /^(?!pg_)[A-Za-z_][A-Za-z0-9_]{0,62}$/;

/** Whether a value can be queried. */
export function isConnection(value: unknown): value is PostgresConnection {
  return typeof (value as Partial<PostgresConnection> | null | undefined)?.query === 'function';
}

/** The client in a merchant's `transaction`. Throws a `TypeError` for what cannot be one. */
export function connectionIn(transaction: unknown): PostgresConnection {
  if (!isConnection(transaction)) {
    throw new TypeError(
      '"transaction" must be the pg client on which your transaction is open: it has no method "query".',
    );
  }
  if ('totalCount' in transaction) {
    throw new TypeError(
      '"transaction" is a pg Pool, which would write outside your transaction: hand in the client it gave you.',
    );
  }
  return transaction;
}

/** A schema's name as an identifier. Throws a `TypeError` for one that cannot be the ledger's own. */
export function quoted(schema: string): string {
  if (typeof schema !== 'string' || !NAME.test(schema) || schema === 'public') {
    throw new TypeError(
      '"schema" must be a name of the ledger’s own, of letters, digits and "_": not "public", which other tables share, ' +
        'and nothing that begins with "pg_".',
    );
  }
  return `"${schema}"`;
}

/**
 * The one value of a query that selects JSON text `AS answer`. Text, because what a client makes of other types is the
 * merchant's to set. An order's metadata is a text within it: no JSON of the database's keeps it to the letter.
 */
export function answerOf({ rows }: { readonly rows: readonly unknown[] }): unknown {
  const { answer } = rows[0] as { readonly answer: string | null };
  if (answer === null) return undefined;
  return JSON.parse(answer, (key, value: unknown) =>
    key === 'metadata' && typeof value === 'string' ? (JSON.parse(value) as unknown) : value,
  );
}

/** The engines that need a client package, as far as commands use them; the package is loaded when one connects. */
import type { Ledger } from '../ledger/ledger.js';
import { connectPostgres } from '../ledger/postgres-connect.js';
import { migratePostgres, postgresLedger, postgresMigrationSql } from '../ledger/postgres.js';
import { connectRedis } from '../ledger/redis-connect.js';
import { redisLedger } from '../ledger/redis.js';

interface SchemaOption {
  readonly schema?: string;
}

interface PostgresEngine {
  connect(url: string): PostgresConnection | Promise<PostgresConnection>;
  ledger(options: SchemaOption & { readonly pool: unknown }): Ledger;
  migrate(pool: unknown, options: SchemaOption): Promise<unknown>;
  migrationSql(options: SchemaOption): string;
}

interface RedisEngine {
  connect(url: string): Promise<RedisConnection>;
  ledger(options: { readonly client: unknown; readonly prefix?: string }): Ledger;
}

interface PostgresConnection {
  readonly pool: unknown;
  end(): Promise<unknown>;
}

interface RedisConnection {
  readonly client: unknown;
  end(): Promise<unknown>;
}

export interface Engines {
  readonly postgres: PostgresEngine;
  readonly redis: RedisEngine;
}

export const ENGINES: Engines = {
  postgres: {
    connect: connectPostgres,
    ledger: postgresLedger,
    migrate: migratePostgres,
    migrationSql: postgresMigrationSql,
  },
  redis: { connect: connectRedis, ledger: redisLedger },
};

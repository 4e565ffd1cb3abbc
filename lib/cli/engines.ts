/* eslint-disable @typescript-eslint/no-require-imports -- each engine's client package is optional: loaded on first need */
/** The engines that need a client package, as far as commands use them. */
import type { Ledger } from '../ledger/ledger.js';

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
    connect: (url) => {
      const { connectPostgres } = require('../ledger/postgres-connect.js') as {
        connectPostgres: PostgresEngine['connect'];
      };
      return connectPostgres(url);
    },
    ledger: (options) => postgres().postgresLedger(options),
    migrate: (pool, options) => postgres().migratePostgres(pool, options),
    migrationSql: (options) => postgres().postgresMigrationSql(options),
  },
  redis: {
    connect: (url) => {
      const { connectRedis } = require('../ledger/redis-connect.js') as {
        connectRedis: RedisEngine['connect'];
      };
      return connectRedis(url);
    },
    ledger: (options) => {
      const { redisLedger } = require('../ledger/redis.js') as { redisLedger: RedisEngine['ledger'] };
      return redisLedger(options);
    },
  },
};

function postgres() {
  return require('../ledger/postgres.js') as {
    postgresLedger: PostgresEngine['ledger'];
    migratePostgres: PostgresEngine['migrate'];
    postgresMigrationSql: PostgresEngine['migrationSql'];
  };
}

/** `express-fanfare/redis`: the ledger on a Redis or Valkey server, for any number of machines. */
import type { Clock } from '../clock.js';
import { checkNames } from './engine-options.js';
import type { Ledger } from './ledger.js';
import type { RedisClient } from './redis-client.js';
import { callsOf, isRedisClient } from './redis-client.js';
import { RedisLedger } from './redis-ledger.js';

export type { IoredisClient, NodeRedisClient, RedisClient } from './redis-client.js';

export interface RedisLedgerOptions {
  /**
   * A client of `ioredis` (5.4 or later) or `redis` (5 or later), for a server, a cluster or a sentinel. It stays yours:
   * the ledger neither connects nor ends it. One from `redis` must be connected before the ledger is used.
   */
  readonly client: RedisClient;
  /**
   * What all keys begin with, in braces, so that a cluster keeps them on one node: `{fanfare}:…`. 1 to 64 of letters,
   * digits, `_`, `-`, `.` and `:`; default `'fanfare'`.
   */
  readonly prefix?: string;
  /** For tests only; default: the server's own time. */
  readonly clock?: Clock;
}

const PREFIX = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * A ledger that many machines share. What it keeps is as durable as the server: `open()` tells of settings that may lose
 * orders, and rejects on a replica or a server before Redis 6.2. Throws a `TypeError` for a wrong option.
 */
export function redisLedger(options: RedisLedgerOptions): Ledger {
  checkNames('redisLedger', options, ['client', 'prefix', 'clock']);
  const { client, prefix = 'fanfare', clock } = options;
  if (!isRedisClient(client)) {
    throw new TypeError(`redisLedger: "client" must be a client of ioredis or redis, got ${typeof client}.`);
  }
  if (typeof prefix !== 'string' || !PREFIX.test(prefix)) {
    throw new TypeError(
      'redisLedger: "prefix" must be 1 to 64 letters, digits, "_", "-", "." or ":", without braces.',
    );
  }
  return new RedisLedger(callsOf(client), `{${prefix}}`, clock);
}

/** A connection of our own, for tools that have only an address. Loads `ioredis` or `redis` on first need. */
import type { IoredisClient, NodeRedisClient, RedisClient } from './redis-client.js';

export interface RedisConnection {
  readonly client: RedisClient;
  /** Idempotent. */
  readonly end: () => Promise<void>;
}

/** Of either package, beside what the ledger needs of it. */
interface Connectable {
  connect(): Promise<unknown>;
  on(event: 'error', listener: (error: unknown) => void): unknown;
}

interface IoredisPackage {
  readonly Redis: new (url: string, options: object) => IoredisClient & Connectable & { disconnect(): void };
}

interface NodeRedisPackage {
  createClient(options: object): NodeRedisClient & Connectable & { destroy(): void };
}

/**
 * Connects to `redis://…` or `rediss://…`, once: a connection that is refused or lost rejects and is not tried again.
 * Rejects with a `TypeError` for another address, with an `Error` when neither package is installed.
 */
export async function connectRedis(url: string): Promise<RedisConnection> {
  if (!/^rediss?:\/\//i.test(url) || !URL.canParse(url)) {
    // Not shown: it may hold a password.
    throw new TypeError(
      'The address of a Redis server must be a URL that begins with redis:// or rediss://.',
    );
  }
  const { client, end } = unconnected(url);
  let reason: unknown;
  client.on('error', (error) => (reason = error));
  await client.connect().catch((error: unknown) => {
    // One of the packages rejects with no more than "closed", and tells the reason here alone.
    throw reason ?? error;
  });
  return { client, end };
}

function unconnected(url: string): { client: RedisClient & Connectable; end: () => Promise<void> } {
  const ioredis = load('ioredis') as IoredisPackage | undefined;
  if (ioredis !== undefined) return ofIoredis(ioredis, url);
  const redis = load('redis') as NodeRedisPackage | undefined;
  if (redis !== undefined) return ofNodeRedis(redis, url);
  throw new Error('The Redis ledger needs the package ioredis or redis: run "npm install ioredis".');
}

function ofIoredis({ Redis }: IoredisPackage, url: string) {
  const client = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  const end = (): Promise<void> => {
    client.disconnect();
    return Promise.resolve();
  };
  return { client, end };
}

function ofNodeRedis(redis: NodeRedisPackage, url: string) {
  const client = redis.createClient({ url, disableOfflineQueue: true, socket: { reconnectStrategy: false } });
  const end = (): Promise<void> => {
    if (client.isOpen) client.destroy();
    return Promise.resolve();
  };
  return { client, end };
}

/** `undefined` when it is not installed. */
function load(name: 'ioredis' | 'redis'): unknown {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer, loaded on first need
    return require(name) as unknown;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

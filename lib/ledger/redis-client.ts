/** What we need of a Redis client, and the two packages that have it; neither is imported. */

/** Of `new Redis()` or `new Cluster()` from `ioredis`. */
export interface IoredisClient {
  evalsha(sha: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>;
  eval(text: string, keys: number, ...keysAndArguments: string[]): Promise<unknown>;
  config(command: 'GET', name: string): Promise<unknown>;
}

interface ScriptInput {
  keys: string[];
  arguments: string[];
}

/** Of `createClient()`, `createClientPool()`, `createCluster()` or `createSentinel()` from `redis`. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  evalSha(sha: string, input: ScriptInput): Promise<unknown>;
  eval(text: string, input: ScriptInput): Promise<unknown>;
  configGet(name: string): Promise<unknown>;
}

export type RedisClient = IoredisClient | NodeRedisClient;

/** The same whichever package it is. */
export interface RedisCalls {
  evalSha(sha: string, key: string, args: readonly string[]): Promise<unknown>;
  eval(text: string, key: string, args: readonly string[]): Promise<unknown>;
  /** One setting of the server. */
  setting(name: string): Promise<string>;
}

const IOREDIS = ['evalsha', 'eval', 'config'] satisfies (keyof IoredisClient)[];
const NODE_REDIS = ['evalSha', 'eval', 'configGet'] satisfies (keyof NodeRedisClient)[];

export function isRedisClient(value: unknown): value is RedisClient {
  return hasMethods(value, IOREDIS) || hasMethods(value, NODE_REDIS);
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function');
}

export function callsOf(client: RedisClient): RedisCalls {
  return 'evalSha' in client ? ofNodeRedis(client) : ofIoredis(client);
}

function ofIoredis(client: IoredisClient): RedisCalls {
  return {
    evalSha: (sha, key, args) => client.evalsha(sha, 1, key, ...args),
    eval: (text, key, args) => client.eval(text, 1, key, ...args),
    setting: async (name) => settingIn(await client.config('GET', name), name),
  };
}

function ofNodeRedis(client: NodeRedisClient): RedisCalls {
  const connected = (): NodeRedisClient => {
    if (client.isOpen) return client;
    throw new Error('The Redis client is not connected: "await client.connect()" before the ledger is used.');
  };
  return {
    evalSha: async (sha, key, args) => connected().evalSha(sha, { keys: [key], arguments: [...args] }),
    eval: async (text, key, args) => connected().eval(text, { keys: [key], arguments: [...args] }),
    setting: async (name) => settingIn(await connected().configGet(name), name),
  };
}

/** A list of names and values from one protocol, an object from the other. */
function settingIn(reply: unknown, name: string): string {
  const value = Array.isArray(reply) ? (reply as unknown[])[1] : (reply as Record<string, unknown>)[name];
  return String(value);
}

/** Clients as a merchant makes them, ended together. */
import { Redis } from 'ioredis';
import { createClient } from 'redis';

interface IoredisOptions {
  readonly lazyConnect?: true;
  readonly maxRetriesPerRequest?: number;
  readonly username?: string;
  readonly password?: string;
  readonly enableReadyCheck?: false;
}

const ends: (() => void)[] = [];

/** For `afterEach` or `afterAll`. */
export function endClients(): void {
  for (const end of ends.splice(0)) end();
}

export function ioredisClient(url: string, options: IoredisOptions = {}): Redis {
  // Once ended it would wait for its socket to close, even for one that closed before.
  const client = new Redis(url, { disconnectTimeout: 0, ...options });
  ends.push(() => {
    client.disconnect();
  });
  return heard(client);
}

/** Not connected yet. */
export function nodeRedisClient(url: string, disableOfflineQueue = false) {
  const client = createClient({ url, disableOfflineQueue });
  ends.push(() => {
    if (client.isOpen) client.destroy();
  });
  return heard(client);
}

/** What went wrong is told by the rejected step; an event nobody hears would end the process. */
function heard<Client extends { on(event: 'error', listener: () => void): unknown }>(client: Client): Client {
  client.on('error', () => undefined);
  return client;
}

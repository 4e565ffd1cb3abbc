/** The connection of our own, by whichever package is there. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { connectRedis } from '../../lib/ledger/redis-connect.js';
import { redisLedger } from '../../lib/ledger/redis.js';
import { describeWithRedis, RedisServer } from '../support/redis-server.js';

describeWithRedis('connectRedis', (server) => {
  const missing = Object.assign(new Error('not installed'), { code: 'MODULE_NOT_FOUND' });
  const without = (...names: readonly string[]): void => {
    for (const name of names) {
      jest.doMock(name, () => {
        throw missing;
      });
    }
  };

  afterEach(() => {
    jest.dontMock('ioredis').dontMock('redis').resetModules();
  });

  it.each([
    ['ioredis', []],
    ['redis', ['ioredis']],
  ])('connects by %s, and ends what it opened', async (_name, absent) => {
    without(...absent);
    const { client, end } = await connectRedis(server.url);
    expect('evalSha' in client).toBe(absent.length > 0);
    const ledger = redisLedger({ client });
    await expect(ledger.open()).resolves.toEqual([]);
    await end();
    await end();
    await expect(ledger.open()).rejects.toThrow();
  });

  it.each([[[]], [['ioredis']]])('rejects at once when nobody is there (without %p)', async (absent) => {
    without(...absent);
    const nobody = new RedisServer();
    await nobody.start();
    await nobody.stop();
    await expect(connectRedis(nobody.url)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('rejects at once when what is there hangs up without a word', async () => {
    const mute = createServer((socket) => socket.resume().end()).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port } = mute.address() as AddressInfo;
    await expect(connectRedis(`redis://127.0.0.1:${port}`)).rejects.toThrow(/closed/i);
    mute.close();
    await once(mute, 'close');
  });

  it('says what to install when there is neither package', async () => {
    without('ioredis', 'redis');
    await expect(connectRedis(server.url)).rejects.toThrow(/npm install ioredis/);
  });

  it('an error of a package that is there is not taken for its absence', async () => {
    jest.doMock('ioredis', () => {
      throw new Error('broken');
    });
    await expect(connectRedis(server.url)).rejects.toThrow('broken');
  });

  it.each(['http://:secret@host', 'host:6379 secret', 'redis://:secret@host:port'])(
    'refuses %s without showing it',
    async (url) => {
      await expect(connectRedis(url)).rejects.toThrow(TypeError);
      await expect(connectRedis(url)).rejects.toThrow(/redis:\/\/ or rediss:\/\//);
      await expect(connectRedis(url)).rejects.not.toThrow(/secret/);
    },
  );
});

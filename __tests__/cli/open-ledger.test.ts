/** What is between a command and an engine with a connection; the engines stand in for themselves, as told. */
import type { Engines } from '../../lib/cli/engines.js';
import type { LedgerAddress } from '../../lib/cli/ledger-address.js';
import { withLedger } from '../../lib/cli/open-ledger.js';
import type { Ledger } from '../../lib/ledger/ledger.js';
import { memoryLedger } from '../../lib/ledger/memory.js';
import { ManualClock } from '../support/manual-clock.js';
import { terminal } from './terminal.js';

const POSTGRES: LedgerAddress = {
  engine: 'postgres',
  url: 'postgres://shop:secret@db/shop',
  options: { schema: 'drops' },
};
const REDIS: LedgerAddress = { engine: 'redis', url: 'redis://cache', options: { prefix: 'drops' } };

let log: unknown[];

beforeEach(() => {
  log = [];
});

/** An engine that writes down what it is asked for. */
function engines(open: () => Promise<readonly string[]>, connect = () => Promise.resolve()): Engines {
  const ledger = (options: unknown): Ledger => {
    log.push(['ledger', options]);
    const made = memoryLedger();
    const close = () => {
      log.push('closed');
      return made.close();
    };
    return { engine: 'stand-in', open, close } as Ledger;
  };
  const end = () => {
    log.push('ended');
    return Promise.resolve();
  };
  const connected = async <T>(url: string, client: T): Promise<T & { end: typeof end }> => {
    log.push(['connect', url]);
    await connect();
    return { ...client, end };
  };
  return {
    postgres: {
      ledger,
      connect: (url) => connected(url, { pool: 'a pool' }),
      migrate: () => Promise.resolve(),
      migrationSql: () => '',
    },
    redis: { ledger, connect: (url) => connected(url, { client: 'a client' }) },
  };
}

it.each([
  [POSTGRES, ['connect', 'postgres://shop:secret@db/shop'], { pool: 'a pool', schema: 'drops' }],
  [REDIS, ['connect', 'redis://cache'], { client: 'a client', prefix: 'drops' }],
])('opens, warns, works, closes and disconnects', async (address, connect, options) => {
  const user = terminal();
  const made = engines(() => Promise.resolve(['Nothing is durable.', 'Mind the gap.']));
  const result = await withLedger(address, user, ({ engine }) => Promise.resolve(engine), made);
  expect(result).toBe('stand-in');
  expect(log).toEqual([connect, ['ledger', options], 'closed', 'ended']);
  expect(user.written.err).toBe('Warning: Nothing is durable.\nWarning: Mind the gap.\n');
  expect(user.written.out).toBe('');
});

it('closes and disconnects when the work fails, too', async () => {
  const made = engines(() => Promise.resolve([]));
  const failing = withLedger(REDIS, terminal(), () => Promise.reject(new Error('no')), made);
  await expect(failing).rejects.toThrow('no');
  expect(log.slice(-2)).toEqual(['closed', 'ended']);
});

it('says which ledger cannot be opened and why, without its password', async () => {
  const refused = new Error('connect ECONNREFUSED 127.0.0.1:5432');
  const made = engines(() => Promise.reject(refused));
  const failing = withLedger(POSTGRES, terminal(), () => Promise.resolve(), made);
  await expect(failing).rejects.toMatchObject({
    message: 'The ledger postgres://shop:***@db/shop cannot be used.',
    cause: refused,
  });
  expect(log.slice(-2)).toEqual(['closed', 'ended']);
});

it('says so when it cannot even be connected to', async () => {
  const made = engines(
    () => Promise.resolve([]),
    () => Promise.reject(new Error('no such host')),
  );
  const failing = withLedger(REDIS, terminal(), () => Promise.resolve(), made);
  await expect(failing).rejects.toThrow('The ledger redis://cache cannot be used.');
  expect(log).toEqual([['connect', 'redis://cache']]);
});

it('waits ten seconds for it to connect or to open, no longer', async () => {
  const never = () => new Promise<never>(() => undefined);
  for (const made of [engines(() => Promise.resolve([]), never), engines(never)]) {
    const clock = new ManualClock();
    const failing = withLedger(REDIS, terminal({ clock }), () => Promise.resolve(), made);
    const rejected = expect(failing).rejects.toMatchObject({
      message: 'The ledger redis://cache cannot be used.',
      cause: { message: 'It did not answer within 10000 ms' },
    });
    await clock.advance(10_000);
    await rejected;
  }
  expect(log.slice(-2)).toEqual(['closed', 'ended']);
});

it('does not wait for the end of a connection, which changes nothing any more', async () => {
  const user = terminal();
  const made = engines(() => Promise.resolve([]));
  const silent: Engines = {
    ...made,
    redis: {
      ...made.redis,
      connect: () => Promise.resolve({ client: '', end: () => new Promise(() => undefined) }),
    },
  };
  const working = withLedger(REDIS, user, () => Promise.resolve('done'), silent);
  await user.clock.advance(2_000);
  expect(await working).toBe('done');
  expect(user.written.err).toBe(
    'Warning: the ledger could not be closed: it did not answer within 2000 ms\n',
  );
});

/** One server seen from several processes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { redisLedger } from '../../lib/ledger/redis.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { endClients, ioredisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { complete } from './redis-steps.js';

/** Claims the same admissions as all others, takes what is due, and prints what it got. */
const CHILD = `
  const { connectRedis } = require(process.env.LIB + '/ledger/redis-connect.js');
  const { redisLedger } = require(process.env.LIB + '/ledger/redis.js');
  const claim = (ledger, id) => ledger.claim({
    admission: { id, consumerId: id, distributionId: 'queue_1', distributionType: 'queue' },
    tokenHash: id, sidHash: 's', attemptId: String(process.pid), owner: 'child', leaseMs: 60_000,
    supersede: true, takeUnresolved: true,
  });
  (async () => {
    const { client, end } = await connectRedis(process.env.URL);
    const ledger = redisLedger({ client });
    const won = [], taken = [];
    for (let n = 0; n < 200; n += 1) {
      if ((await claim(ledger, 'race-' + n)).outcome === 'claimed') won.push(n);
      for (const { row } of await ledger.takeDue(1, 60_000)) taken.push(row.admission.id);
    }
    console.log(JSON.stringify({ won, taken }));
    await end();
  })();
`;

describeWithRedis('three processes', (server) => {
  let folder: string;

  beforeAll(() => {
    folder = temporaryFolder();
    placeLib(join(folder, 'lib'));
  });
  afterAll(() => {
    removeFolder(folder);
  });
  afterEach(endClients);

  async function child(): Promise<{ won: number[]; taken: string[] }> {
    const running = spawn(process.execPath, ['-e', CHILD], {
      env: { ...CHILD_ENVIRONMENT, LIB: join(folder, 'lib'), URL: server.url },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let printed = '';
    running.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await once(running, 'close');
    return JSON.parse(printed) as { won: number[]; taken: string[] };
  }

  it('claim and take the same rows at once: one has each', async () => {
    const ledger = redisLedger({ client: ioredisClient(server.url) });
    const ordered = Array.from({ length: 100 }, (_, number) => `ordered-${number}`);
    for (const id of ordered) await complete(ledger, id);
    const got = await Promise.all([child(), child(), child()]);
    const won = got.flatMap((one) => one.won).sort((one, other) => one - other);
    expect(won).toEqual(Array.from({ length: 200 }, (_, number) => number));
    expect(got.flatMap(({ taken }) => taken).sort()).toEqual(ordered.sort());
  });
});

/** The file seen from several processes, one of which dies. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

const ADMISSION = {
  id: 'admission-1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
} as const;

/** Runs in a child: `ledger` is open on the file, `claim(id)` claims one admission; what it prints is read back. */
const PREAMBLE = `
  const { sqliteLedger } = require(process.env.LIB + '/ledger/sqlite.js');
  const ledger = sqliteLedger({ file: process.env.FILE, busyTimeoutMs: 20_000 });
  const admission = ${JSON.stringify(ADMISSION)};
  const claim = (id) => ledger.claim({
    admission: { ...admission, id, consumerId: id }, tokenHash: id, sidHash: 's', attemptId: String(process.pid),
    owner: 'child', leaseMs: 60_000, supersede: true, takeUnresolved: true,
  });
`;

let folder: string;
let file: string;

beforeAll(() => {
  folder = temporaryFolder();
  file = join(folder, 'ledger.sqlite');
  placeLib(join(folder, 'lib'));
});

afterAll(() => {
  removeFolder(folder);
});

function child(script: string, shell = ''): ReturnType<typeof spawn> {
  const env = { ...CHILD_ENVIRONMENT, LIB: join(folder, 'lib'), FILE: file, SCRIPT: PREAMBLE + script };
  return spawn('sh', ['-c', `${shell} exec "${process.execPath}" -e "$SCRIPT"`], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function output(running: ReturnType<typeof spawn>): Promise<string> {
  let text = '';
  running.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await once(running, 'close');
  return text;
}

it('three processes that open a new file at once and claim the same admissions: one winner each', async () => {
  const script = `
    (async () => {
      const won = [];
      for (let n = 0; n < 40; n += 1) if ((await claim('race-' + n)).outcome === 'claimed') won.push(n);
      await ledger.close();
      console.log(JSON.stringify(won));
    })();
  `;
  const printed = await Promise.all([1, 2, 3].map(() => output(child(script))));
  const won = printed.flatMap((text) => JSON.parse(text) as number[]).sort((one, other) => one - other);
  expect(won).toEqual(Array.from({ length: 40 }, (_, number) => number));
});

it('an order is there after SIGKILL, and due for delivery', async () => {
  const running = child(`
    ledger.complete({ target: { by: 'admission', admission }, order: { orderId: 'order-1' } })
      .then(() => console.log('recorded'));
    setInterval(() => {}, 1_000);
  `);
  const printed = output(running);
  await once(running.stdout as NodeJS.ReadableStream, 'data');
  running.kill('SIGKILL');
  expect(await printed).toBe('recorded\n');
  const ledger = sqliteLedger({ file });
  expect(await ledger.find(ADMISSION.id)).toMatchObject({ state: 'ordered', order: { orderId: 'order-1' } });
  expect(await ledger.takeDue(10, 1_000)).toHaveLength(1);
  await ledger.close();
});

it('when the disk is full claims reject, and what was claimed before is still there', async () => {
  // A limit on the size of a file stands in for the disk; ignoring the signal makes it an error of the write.
  const script = `
    (async () => {
      const kept = [];
      let reason = 'none';
      for (let n = 0; n < 500 && reason === 'none'; n += 1) {
        await claim('full-' + n).then(() => kept.push('full-' + n), (error) => { reason = error.message; });
      }
      console.log(JSON.stringify({ kept, reason }));
    })();
  `;
  file = join(folder, 'full.sqlite');
  const printed = await output(child(script, "trap '' XFSZ; ulimit -f 400;"));
  const { kept, reason } = JSON.parse(printed) as { kept: string[]; reason: string };
  expect(reason).toMatch(/disk|full/);
  expect(kept.length).toBeGreaterThan(0);
  const ledger = sqliteLedger({ file });
  const rows = await ledger.list({ states: ['active'], limit: 1_000 });
  expect(rows.map(({ admission }) => admission.id).sort()).toEqual(kept.sort());
  await ledger.close();
});

it('a file that may only be read rejects', async () => {
  file = join(folder, 'read-only.sqlite');
  const maker = sqliteLedger({ file });
  await maker.open();
  await maker.close();
  chmodSync(file, 0o444);
  chmodSync(folder, 0o555);
  // Root may write anything, so the child lays that down once the driver is loaded.
  const running = child(`
    (async () => {
      const other = sqliteLedger({ file: ':memory:' });
      await other.open();
      if (process.getuid() === 0) process.setuid(65_534);
      await claim('one').then(({ outcome }) => console.log(outcome), (error) => console.log('rejected', error.message));
    })();
  `);
  const printed = await output(running);
  chmodSync(folder, 0o755);
  expect(printed).toMatch(/^rejected .*(readonly|read-only|unable to open)/);
});

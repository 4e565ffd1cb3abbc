/** A process that is killed after `completeAdmission` resolved loses nothing: the next one delivers. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { until } from '../support/shop.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

let folder: string;
let compiled: string;
let emulator: Emulator;
let url: string;

beforeAll(() => {
  compiled = temporaryFolder();
  placeLib(join(compiled, 'lib'));
});
afterAll(() => {
  removeFolder(compiled);
});
beforeEach(async () => {
  folder = temporaryFolder();
  emulator = createEmulator();
  ({ url } = await emulator.listen());
});
afterEach(async () => {
  await emulator.close();
  removeFolder(folder);
});

interface Running {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly origin: string;
  /** The first line that begins so, whether it has come already or not. */
  said(beginning: string): Promise<string>;
}

async function startShop(): Promise<Running> {
  const child = spawn(process.execPath, [join(__dirname, 'kill-shop.cjs'), join(compiled, 'lib')], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...CHILD_ENVIRONMENT, FANFARE_API_URL: url, LEDGER_FILE: join(folder, 'ledger.sqlite') },
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
  const said = async (beginning: string): Promise<string> => {
    const heard = (): string | undefined => lines.find((line) => line.startsWith(beginning));
    await until(() => heard() !== undefined);
    return heard()!;
  };
  const line = await said('listening ');
  return { process: child, said, origin: `http://127.0.0.1:${line.slice('listening '.length)}` };
}

async function kill(shop: Running): Promise<void> {
  shop.process.kill('SIGKILL');
  await once(shop.process, 'exit');
}

function order(shop: Running, token: string): Promise<Response> {
  return fetch(shop.origin, { method: 'POST', headers: { 'X-Fanfare-Admission': token } });
}

test('a completion that was acknowledged arrives after SIGKILL and a restart', async () => {
  const { token } = emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  emulator.faults.set({ on: 'complete', kind: 'status', status: 500 });
  const first = await startShop();
  expect((await order(first, token)).status).toBe(201);
  await first.said('event completion.retry');
  await kill(first);
  expect(emulator.admissions()[0]).toMatchObject({ state: 'open' });
  emulator.faults.clear();
  const second = await startShop();
  await second.said('event completion.delivered');
  expect(emulator.admissions()[0]).toMatchObject({
    state: 'completed',
    completion: { effects: 1, orderId: 'order_1' },
  });
  const repeated = await order(second, token);
  expect(await repeated.json()).toMatchObject({ code: 'ADMISSION_USED' });
  await kill(second);
});

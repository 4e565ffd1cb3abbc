/** The shops that the pages show are built as they stand there, and sell once. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { createEmulator, type Emulator } from '../lib/emulator/index.js';
import type { Fanfare } from '../lib/index.js';
import { runExample } from './support/pages.js';
import { Browser, SECRET, until } from './support/shop.js';
import { removeFolder, temporaryFolder } from './support/temporary-folder.js';

const ENVIRONMENT = {
  FANFARE_ORGANIZATION_ID: 'org_emulator',
  FANFARE_SECRET_KEY: 'sk_test_emulator',
};
const DROP = { distributionId: 'queue_demo', distributionType: 'queue' } as const;
const home = process.cwd();
const before = { ...process.env };
let emulator: Emulator;
let folder: string;

beforeEach(async () => {
  emulator = createEmulator();
  const { url } = await emulator.listen();
  folder = temporaryFolder();
  process.chdir(folder); // the ledger is made where the shop is started
  process.env = { ...before, ...ENVIRONMENT, FANFARE_API_URL: url, NODE_ENV: 'test' };
});
afterEach(async () => {
  process.env = before;
  process.chdir(home);
  await emulator.close();
  removeFolder(folder);
});

async function sellsOnce(origin: string): Promise<void> {
  const browser = new Browser(origin);
  const refused = await browser.visit('/checkout');
  expect([refused.status, refused.headers.get('location')]).toEqual([303, '/experience?fanfare=required']);
  const { token } = emulator.mint(DROP);
  const arrived = await browser.visit(`/checkout?admission_token=${token}`);
  expect([arrived.status, arrived.headers.get('location')]).toEqual([303, '/checkout']);
  expect((await browser.visit('/checkout')).status).toBe(200);
  const ordered = await browser.submit();
  const order = ordered.headers.get('location');
  expect([ordered.status, order]).toEqual([303, expect.stringMatching(/^\/orders\//)]);
  expect((await browser.visit('/checkout')).headers.get('location')).toBe(order);
  await until(() => emulator.admissions().some(({ completion }) => completion.effects === 1));
}

test('docs/quick-start.md', async () => {
  const said: string[] = [];
  let stop: (() => void) | undefined;
  const around = {
    console: { log: (text: string) => said.push(text) },
    process: { env: { PORT: '0' }, once: (_signal: string, task: () => void) => (stop = task) },
  };
  runExample('docs/quick-start.md', 'quick start', around);
  await until(() => said.length > 0);
  const [, origin = ''] = /(http:\/\/localhost:\d+)\/checkout$/.exec(said[0]!) ?? [];
  try {
    await sellsOnce(origin.replace('localhost', '127.0.0.1'));
  } finally {
    stop?.();
    await until(() => !existsSync('fanfare.sqlite-wal')); // gone once the ledger is closed
  }
});

test('docs/recipes.md, in plain JavaScript', async () => {
  type Shop = (options: object) => { readonly app: Express; readonly fanfare: Fanfare };
  const build = runExample('docs/recipes.md', 'javascript') as Shop;
  const session = { secrets: [SECRET], insecure: true };
  const { app, fanfare } = build({ file: 'fanfare.sqlite', fanfare: { session, doctor: false } });
  const server: Server = createServer(app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await sellsOnce(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await fanfare.close();
  }
});

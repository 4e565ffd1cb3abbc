/** The shops that the pages show are built as they stand there, and sell once. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Express } from 'express';
import { run } from '../lib/cli/run.js';
import { createEmulator, type Emulator } from '../lib/emulator/index.js';
import type { Fanfare } from '../lib/index.js';
import { blocks, page, runExample } from './support/pages.js';
import { terminal } from './cli/terminal.js';
import { Browser, SECRET, until } from './support/shop.js';
import { removeFolder, temporaryFolder } from './support/temporary-folder.js';

const SHELL = blocks(page('docs/quick-start.md'), 'sh').join('');
const EMULATOR = 'http://127.0.0.1:4802';
const home = process.cwd();
const before = { ...process.env };
let emulator: Emulator;
let emulatorUrl: string;
let folder: string;

beforeEach(async () => {
  emulator = createEmulator();
  ({ url: emulatorUrl } = await emulator.listen());
  folder = temporaryFolder();
  process.chdir(folder); // the ledger is made where the shop is started
  const exported: Record<string, string> = {};
  for (const [, name = '', value = ''] of SHELL.matchAll(/^export (\w+)=(.+)$/gm))
    exported[name] = value.replace(EMULATOR, emulatorUrl);
  process.env = { ...before, ...exported, NODE_ENV: 'test' };
});
afterEach(async () => {
  process.env = before;
  process.chdir(home);
  await emulator.close();
  removeFolder(folder);
});

/** What the page's `curl` asks for. */
async function admit(): Promise<string> {
  const curl = /^curl -s (?<url>\S+) -H '(?<name>[^:]+): (?<value>[^']+)' \\\n +-d '(?<body>[^']+)'$/m;
  const { url = '', name = '', value = '', body = '' } = curl.exec(SHELL)?.groups ?? {};
  const headers = { [name]: value };
  const answer = await fetch(url.replace(EMULATOR, emulatorUrl), { method: 'POST', headers, body });
  return ((await answer.json()) as { token: string }).token;
}

async function sellsOnce(origin: string): Promise<void> {
  const browser = new Browser(origin);
  const refused = await browser.visit('/checkout');
  expect([refused.status, refused.headers.get('location')]).toEqual([303, '/experience?fanfare=required']);
  const arrived = await browser.visit(`/checkout?admission_token=${await admit()}`);
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
  const [, command = ''] = /^npx express-fanfare (completions .+)$/m.exec(SHELL) ?? [];
  const user = terminal();
  expect([await run(command.split(' '), user), user.written.out]).toEqual([
    0,
    'There are no such completions.\n',
  ]);
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

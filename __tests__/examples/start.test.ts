/** What the shop says to who starts it, when it cannot open. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT } from '../support/compiled-lib.js';
import { removeFolder } from '../support/temporary-folder.js';
import { installShop, killShops, runShop, startShop } from './shop-process.js';

let folder: string;
beforeAll(() => {
  folder = installShop();
  writeFileSync(join(folder, 'a-file'), '');
  mkdirSync(join(folder, 'rubbish'));
  writeFileSync(join(folder, 'rubbish', 'shop.sqlite'), 'not a database, whatever its name may say');
});
afterAll(async () => {
  await killShops();
  removeFolder(folder);
});

test.each([
  [{ PORT: 'abc' }, 'PORT must be a number from 0 to 65535, got "abc".'],
  [{ PORT: '99999' }, 'PORT must be a number from 0 to 65535, got "99999".'],
  [{ SHOP_DATA: 'a-file' }, /^The shop cannot keep its orders in "\S+a-file": EEXIST/],
  [{ SHOP_DATA: 'rubbish' }, /^The shop cannot keep its orders in "\S+rubbish": file is not a database/],
  [{ FANFARE_SECRET_KEY: 'sk_live_1' }, /^FANFARE_SECRET_KEY is a live key/],
  [
    { FANFARE_API_URL: 'rubbish', FANFARE_SECRET_KEY: 'sk_test_1', FANFARE_SESSION_SECRET: 'x'.repeat(32) },
    /^"organizationId"/,
  ],
])('%j ends with one sentence', async (environment: Record<string, string>, sentence) => {
  const { SHOP_DATA } = environment;
  const placed = SHOP_DATA === undefined ? {} : { SHOP_DATA: join(folder, SHOP_DATA) };
  const { code, errors } = await runShop(folder, { environment: { ...environment, ...placed } });
  expect(code).toBe(1);
  expect(errors).toMatch(sentence);
  expect(errors.trim().split('\n')).toHaveLength(1);
});

test('a port that is taken is named, and so is the way out', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const PORT = String((server.address() as AddressInfo).port);
  const { code, errors } = await runShop(folder, { environment: { PORT } });
  server.close();
  expect(code).toBe(1);
  expect(errors).toBe(`Port ${PORT} is taken. Choose another one with PORT, or PORT=0 for any.\n`);
});

test('its own tests pass where somebody has copied them', () => {
  const jest = [join(__dirname, '../../node_modules/jest/bin/jest.js'), '--config', 'jest.config.js'];
  const cwd = join(folder, 'shop');
  const { status, stderr } = spawnSync(process.execPath, jest, {
    cwd,
    encoding: 'utf8',
    env: CHILD_ENVIRONMENT,
  });
  expect(stderr).toMatch(/an admission buys once[^]*Tests: +\d+ passed, \d+ total/);
  expect(status).toBe(0);
});

test('without a real Fanfare it brings its own, and its journey comes to its end', async () => {
  const shop = await startShop(folder);
  expect((await fetch(shop.emulatorUrl!)).status).toBe(200);
  const journey = spawn(process.execPath, [join(folder, 'shop/journey.js'), shop.origin], {
    stdio: 'inherit',
  });
  expect(await once(journey, 'close')).toEqual([0, null]);
});

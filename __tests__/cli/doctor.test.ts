/** `express-fanfare doctor`, against the emulator, real ledgers and real wrong addresses. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../lib/cli/run.js';
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { deadOrigin, httpWire, reply, tcpWire } from '../fanfare-api/wire.js';
import { ManualClock } from '../support/manual-clock.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { terminal } from './terminal.js';

let folder: string;
let emulator: Emulator;
let good: Readonly<Record<string, string>>;
const clock = new ManualClock();

beforeAll(async () => {
  folder = temporaryFolder();
  const file = join(folder, 'fanfare.sqlite');
  const ledger = sqliteLedger({ file });
  await ledger.open();
  await ledger.close();
  emulator = createEmulator({ clock });
  const { url } = await emulator.listen();
  good = {
    FANFARE_ORGANIZATION_ID: emulator.organizationId,
    FANFARE_SECRET_KEY: 'sk_test_emulator',
    FANFARE_SESSION_SECRET: randomBytes(32).toString('hex'),
    FANFARE_API_URL: url,
    FANFARE_LEDGER: file,
    NODE_ENV: 'test',
  };
});

afterAll(async () => {
  await emulator.close();
  removeFolder(folder);
});

/** A variable set to `''` is taken away. */
async function doctor(changed: Readonly<Record<string, string>> = {}, ...args: readonly string[]) {
  const environment = Object.fromEntries(
    Object.entries({ ...good, ...changed }).filter(([, value]) => value !== ''),
  );
  const user = terminal({ environment, clock });
  const code = await run(['doctor', ...args], user);
  return { code, ...user.written };
}

interface Result {
  readonly outcome: string;
  readonly code: string;
  readonly message: string;
  readonly docs: string;
}

async function inJson(changed: Readonly<Record<string, string>>) {
  const { code, out } = await doctor(changed, '--json');
  const results = JSON.parse(out) as readonly Result[];
  return { code, wrong: results.filter(({ outcome }) => outcome !== 'ok'), results };
}

it('is content with a good environment, and says what it looked at', async () => {
  const { code, out, err } = await doctor();
  expect([code, err]).toEqual([0, '']);
  const lines = out.trimEnd().split('\n');
  expect(lines.at(-1)).toBe('Problems: 0. Warnings: 0.');
  expect(lines).toContain('ok       Fanfare can be reached.');
  expect(lines).toContain('ok       The ledger can be opened.');
  expect(lines.slice(0, -2).every((line) => line.startsWith('ok  '))).toBe(true);
  expect(out).not.toContain('docs/');
});

it('says where to read on about what is wrong', async () => {
  const { code, out } = await doctor({
    FANFARE_SESSION_SECRET: 'a'.repeat(40),
    FANFARE_SECRET_KEY: 'sk_live_12345678',
  });
  expect(code).toBe(1);
  expect(out).toMatch(
    /^problem {2}A secret in "session\.secrets" or "handoff\.secrets" repeats itself .*\n {9}SESSION_SECRET_WEAK: docs\/doctor\.md#session_secret_weak$/m,
  );
  expect(out).toMatch(/^warning {2}The secret key is a live one .*\n {9}LIVE_KEY_OUTSIDE_PRODUCTION: /m);
  expect(out).toMatch(
    /\n\nThe pages of docs\/ are in the repository of express-fanfare\.\nProblems: 1\. Warnings: 1\.\n$/,
  );
});

it.each([
  ['no organization', { FANFARE_ORGANIZATION_ID: '' }, 1, ['OPTION_WRONG']],
  ['no key', { FANFARE_SECRET_KEY: '' }, 1, ['OPTION_WRONG']],
  ['a publishable key', { FANFARE_SECRET_KEY: 'pk_live_12345678' }, 1, ['OPTION_WRONG']],
  ['a short secret', { FANFARE_SESSION_SECRET: 'short' }, 1, ['OPTION_WRONG']],
  ['plain http abroad', { FANFARE_API_URL: 'http://api.example' }, 1, ['OPTION_WRONG']],
  ['a test key in production', { NODE_ENV: 'production' }, 1, ['TEST_KEY_IN_PRODUCTION']],
  ['no NODE_ENV', { NODE_ENV: '' }, 0, ['NODE_ENV_UNSET']],
  ['no such file', { FANFARE_LEDGER: '/nowhere/fanfare.sqlite' }, 1, ['LEDGER_AWAY']],
])('finds %s', async (_what, changed, code, codes) => {
  const found = await inJson(changed);
  expect([found.code, found.wrong.map((result) => result.code)]).toEqual([code, codes]);
  for (const { message } of found.wrong) expect(message).toMatch(/[^.]\.$/);
});

it('goes on to the end, whatever is wrong', async () => {
  const nothing = Object.fromEntries(Object.keys(good).map((name) => [name, '']));
  const { code, out, err } = await doctor({ ...nothing, FANFARE_API_URL: await deadOrigin() });
  expect(code).toBe(1);
  expect(out.match(/^problem/gm)).toHaveLength(4);
  expect(out).toMatch(/set it or FANFARE_ORGANIZATION_ID\.$/m);
  expect(out).toMatch(/^problem {2}Fanfare at 127\.0\.0\.1:\d+ cannot be reached: .*\(TCP\)/m);
  expect(out).not.toContain('ledger');
  expect(err).toBe('The ledger was not looked at: name it by --ledger or FANFARE_LEDGER.\n');
});

it.each([
  [401, 1, ['KEY_REFUSED']],
  [404, 0, ['API_ADDRESS_WRONG']],
  [503, 1, ['API_FAILING']],
])('finds a health check that is answered %d', async (status, code, codes) => {
  const wire = await httpWire(reply(status, '', { Date: new Date(clock.now()).toUTCString() }));
  const found = await inJson({ FANFARE_API_URL: wire.origin });
  expect([found.code, found.wrong.map((result) => result.code)]).toEqual([code, codes]);
  expect(wire.seen).toMatchObject([{ method: 'GET', url: '/health' }]);
  await wire.close();
});

it('says nothing of a key that was not sent', async () => {
  const { results } = await inJson({ FANFARE_ORGANIZATION_ID: '' });
  expect(results.map(({ code }) => code)).not.toContain('KEY_REFUSED');
  expect((await inJson({})).results.map(({ code }) => code)).toContain('KEY_REFUSED');
});

it('finds a clock that is off', async () => {
  const ahead = createEmulator({ clock: new ManualClock(clock.now() + 120_000) });
  const { url } = await ahead.listen();
  const { wrong, code } = await inJson({ FANFARE_API_URL: url });
  expect([code, wrong.map((result) => result.code)]).toEqual([0, ['CLOCK_DRIFT']]);
  expect(wrong[0]).toMatchObject({
    outcome: 'warning',
    message: expect.stringContaining('120 seconds behind') as unknown,
  });
  await ahead.close();
});

it('makes no file, shows no secret and no password', async () => {
  const file = join(folder, 'not-there.sqlite');
  const secrets = {
    FANFARE_SECRET_KEY: 'sk_test_hidden_key',
    FANFARE_SESSION_SECRET: 'hidden-secret '.repeat(5),
  };
  const address = 'postgres://shop:hidden-password@127.0.0.1:1/shop';
  for (const ledger of [file, address]) {
    const { code, out, err } = await doctor({ ...secrets, FANFARE_LEDGER: ledger });
    expect(code).toBe(1);
    expect(out).toContain('LEDGER_AWAY');
    expect(out + err).not.toContain('hidden');
  }
  expect(existsSync(file)).toBe(false);
});

it('hides a password that the ledger repeats', async () => {
  let address = '';
  const wire = await tcpWire((socket) => {
    // What PostgreSQL says to a stranger, and ends.
    socket.once('data', () => {
      const fields = Buffer.from(`SFATAL\0C28000\0Mnobody may use ${address}\0\0`);
      const head = Buffer.from('E\0\0\0\0');
      head.writeInt32BE(fields.length + 4, 1);
      socket.end(Buffer.concat([head, fields]));
    });
  });
  address = wire.origin.replace('http://', 'postgres://shop:hidden-password@');
  const { code, out, err } = await doctor({ FANFARE_LEDGER: address });
  expect(code).toBe(1);
  expect(out).toContain('nobody may use postgres://shop:***@127.0.0.1');
  expect(out + err).not.toContain('hidden');
  await wire.close();
});

it.each([
  [['now'], {}, "Unexpected argument 'now'"],
  [['--schema', 'x'], {}, '--schema is for a ledger in PostgreSQL only.'],
  [[], { FANFARE_LEDGER: 'mysql://db' }, 'there is no such ledger'],
])('%j is not understood, and it says why', async (args, changed, message) => {
  const { code, out, err } = await doctor(changed, ...args);
  expect([code, out]).toEqual([2, '']);
  expect(err).toContain(message);
  expect(err).toContain('Usage: express-fanfare doctor');
});

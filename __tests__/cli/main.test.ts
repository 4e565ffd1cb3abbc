import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { dead } from '../support/completions.js';
import { placeCli, startCli, startCliInto } from './start-cli.js';

let folder: string;
beforeAll(() => {
  folder = placeCli();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it.each(['SIGTERM', 'SIGINT'] as const)('serves until %s, then ends well', async (signal) => {
  const child = startCli(folder, ['emulator', '--port', '0']);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const closed = once(child, 'close');
  while (!text.includes('Stop with')) await Promise.race([once(child.stdout, 'data'), closed]);

  const url = /Address +(http:\/\/127\.0\.0\.1:\d+)/.exec(text)![1]!;
  expect((await fetch(`${url}/experiences`)).status).toBe(200);
  child.kill(signal);
  expect(await closed).toEqual([0, null]);
  expect(text).toContain('has stopped');
});

it('ends with 2 and the list of commands when it does not understand', async () => {
  const { code, err } = await ended(['serve']);
  expect(code).toBe(2);
  expect(err).toContain('Unknown command "serve"');
});

it('gives up a dead completion in a file that a running shop has open', async () => {
  const file = join(folder, 'fanfare.sqlite');
  const shop = sqliteLedger({ file });
  await dead(shop, 'one');
  const listed = await ended(['completions', 'list', '--ledger', file]);
  expect(listed.out).toMatch(/^STATE .*\ndead .* order-one +one +CONSUMER_UNKNOWN\n$/);
  expect(listed.code).toBe(0);

  // Nobody sits at this terminal.
  const asked = await ended(['completions', 'discard', 'one', '--ledger', file]);
  expect(asked).toMatchObject({ code: 2, out: '', err: expect.stringContaining('add --yes') as unknown });
  const discarded = await ended(['completions', 'discard', 'one', '--yes', '--ledger', file]);
  expect([discarded.code, discarded.out]).toEqual([
    0,
    'The completion of order order-one is discarded. The order itself stays as it is.\n',
  ]);
  expect(await shop.find('one')).toMatchObject({ state: 'discarded' });
  await shop.close();
});

describe.each([['--help'], ['completions list --json']])('%s', (words) => {
  const args = (): string[] => [
    ...words.split(' '),
    ...(words === '--help' ? [] : ['--ledger', join(folder, 'empty.sqlite')]),
  ];
  beforeAll(async () => {
    const ledger = sqliteLedger({ file: join(folder, 'empty.sqlite') });
    await ledger.open();
    await ledger.close();
  });

  it('fails, and says so in one line, when what it wrote was not kept', async () => {
    const full = openSync('/dev/full', 'w');
    const { code, err } = await endOf(startCliInto(full, folder, args()));
    closeSync(full);
    expect(code).toBe(1);
    expect(err).toMatch(/^The output could not be written: ENOSPC\b.*\n$/);
  });

  it('ends well when whoever reads has read enough', async () => {
    const child = startCli(folder, args());
    child.stdout.destroy();
    expect(await endOf(child)).toEqual({ code: 0, err: '' });
  });
});

async function ended(args: readonly string[]) {
  const child = startCli(folder, args);
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return { ...(await endOf(child)), out };
}

async function endOf(child: ChildProcess) {
  let err = '';
  child.stderr!.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, err };
}

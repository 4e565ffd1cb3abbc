import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from '../../lib/cli/run.js';
import { terminal } from './terminal.js';

it.each([
  [[], 'No command given'],
  [['serve'], 'Unknown command "serve"'],
  [['__proto__'], 'Unknown command "__proto__"'],
  [['constructor'], 'Unknown command "constructor"'],
])('%j exits with 2 and lists the commands', async (args, message) => {
  const user = terminal();
  expect(await run(args, user)).toBe(2);
  expect(user.written.err).toContain(message);
  expect(user.written.err).toMatch(
    /Commands:\n {2}completions .*\n {2}dead-events .*\n {2}doctor .*\n {2}emulator .*\n {2}migrate /,
  );
  expect(user.written.out).toBe('');
});

it.each([
  [['--help'], 'Usage: express-fanfare <command>'],
  [['-h'], 'Usage: express-fanfare <command>'],
  [['emulator', '--help'], 'Usage: express-fanfare emulator'],
  [['completions', '--help'], 'Usage: express-fanfare completions <action>'],
  [['completions', 'list', '-h'], 'Usage: express-fanfare completions <action>'],
  [['dead-events', '--help'], 'Usage: express-fanfare dead-events <action>'],
  [['doctor', '--help'], 'Usage: express-fanfare doctor'],
  [['migrate', '--help'], 'Usage: express-fanfare migrate'],
])('%j helps', async (args, message) => {
  const user = terminal();
  expect(await run(args, user)).toBe(0);
  expect(user.written.out).toContain(message);
});

it.each([
  [['--prot', '1'], "Unknown option '--prot'"],
  [['--port', 'high'], '--port must be a number from 0 to 65535, got "high"'],
  [['--port', '65536'], 'got "65536"'],
  [['--port'], 'argument missing'],
  [['now'], "Unexpected argument 'now'"],
])('emulator %j exits with 2 and says why', async (args, message) => {
  const user = terminal();
  expect(await run(['emulator', ...args], user)).toBe(2);
  expect(user.written.err).toContain(message);
  expect(user.written.err).toContain('Usage: express-fanfare emulator');
});

it('says what is served, with lines that work as they stand', async () => {
  const user = terminal();
  const ended = run(['emulator', '--port', '0'], user);
  await user.greeted;
  const { out } = user.written;
  const lines = [...out.matchAll(/^(FANFARE_\w+)=(.*)$/gm)];
  const env = new Map(lines.map(([, name, value]) => [name!, value!]));
  expect([...env.keys()]).toEqual(['FANFARE_ORGANIZATION_ID', 'FANFARE_SECRET_KEY', 'FANFARE_API_URL']);
  for (const id of ['queue_demo', 'draw_demo', 'auction_demo', 'release_demo']) expect(out).toContain(id);

  const [, url, body] = /curl -s (\S+) -H 'Content-Type: application\/json' \\\n +-d '(.*)'/.exec(out)!;
  const headers = { 'Content-Type': 'application/json' };
  const minted = (await (await fetch(url!, { method: 'POST', headers, body: body! })).json()) as object;
  const validated = await fetch(`${env.get('FANFARE_API_URL')!}/v1/admission/validate`, {
    method: 'POST',
    headers: {
      ...headers,
      'X-Organization-Id': env.get('FANFARE_ORGANIZATION_ID')!,
      'X-Secret-Key': env.get('FANFARE_SECRET_KEY')!,
    },
    body: JSON.stringify(minted),
  });
  expect(await validated.json()).toMatchObject({ valid: true });

  const [, faultsUrl, fault] = /curl -s (\S+faults) .*\n +-d '(.*)'/.exec(out)!;
  const planned = await fetch(faultsUrl!, { method: 'POST', headers, body: fault! });
  expect(await planned.json()).toEqual({ faults: [{ kind: 'answer-lost', on: 'complete' }] });
  user.stop();
  expect(await ended).toBe(0);
  await expect(fetch(env.get('FANFARE_API_URL')!)).rejects.toThrow('fetch failed');
});

it('exits with 1 and says so when the port is taken', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const user = terminal();
  expect(await run(['emulator', '--port', String(port)], user)).toBe(1);
  expect(user.written.err).toContain(`Port ${port} is taken`);
  await new Promise((resolve) => server.close(resolve));
});

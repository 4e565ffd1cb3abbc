import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { compileCli, startCli } from './compile.js';

let folder: string;
beforeAll(() => {
  folder = compileCli();
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
  const child = startCli(folder, ['serve']);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(text).toContain('Unknown command "serve"');
});

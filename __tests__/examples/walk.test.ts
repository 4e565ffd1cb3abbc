/** The whole of the example shop in a real Chromium, each in a process of its own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT } from '../support/compiled-lib.js';
import { removeFolder } from '../support/temporary-folder.js';
import { installShop, killShops, startShop } from './shop-process.js';

// Nothing waits for a time: this is for a walk that hangs.
jest.setTimeout(1_200_000);

const ROOT = join(__dirname, '../..');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const inChromium = existsSync(CHROMIUM) ? test : test.skip;
const named = (title: string): string => (existsSync(CHROMIUM) ? title : `${title} (install chromium)`);

let folder: string;
beforeAll(() => {
  folder = installShop();
});
afterAll(async () => {
  await killShops();
  removeFolder(folder);
});

async function run(script: string, parameters: readonly string[], environment = {}): Promise<string> {
  const child = spawn(process.execPath, [script, ...parameters], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...CHILD_ENVIRONMENT, ...environment },
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  if (code !== 0) throw new Error(text);
  return text;
}

inChromium(named('every way through the shop, every page accessible, light and dark'), async () => {
  const OPERATOR_PASSWORD = 'a password of this test';
  const { origin } = await startShop(folder, { environment: { OPERATOR_PASSWORD } });
  const environment = { CHROMIUM, OPERATOR_PASSWORD };
  const said = await run(join(ROOT, 'scripts/browser-journey.mjs'), [origin], environment);
  expect(said).toContain('ok - a whole purchase by the keyboard alone');
  expect(said).toContain('ok - no script or policy error');
});

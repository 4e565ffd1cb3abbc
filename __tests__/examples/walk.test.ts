/** The whole of the example shop in a real Chromium, and a small scripted sale: each in processes of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT } from '../support/compiled-lib.js';
import { removeFolder } from '../support/temporary-folder.js';
import { installShop, killShops, startShop } from './shop-process.js';

// Nothing waits for a time: this is for a walk that hangs.
jest.setTimeout(400_000);

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
  const { origin } = await startShop(folder);
  const said = await run(join(ROOT, 'scripts/browser-journey.mjs'), [origin], { CHROMIUM });
  expect(said).toContain('ok - a whole purchase by the keyboard alone');
  expect(said).toContain('ok - no script or policy error');
});

test('a sale with Fanfare away and the shop killed twice: nothing oversold, lost or doubled', async () => {
  const said = await run(join(folder, 'shop/sale/main.js'), [], { SALE_SHOPPERS: '100' });
  expect(said.match(/The shop was killed/g)).toHaveLength(2);
  expect(said).toContain('Fanfare is back.');
  const rows = Object.fromEntries(
    [...said.matchAll(/^([a-z ]+?) +(\d+)$/gm)].map(([, what = '', number]) => [what, Number(number)]),
  );
  expect(rows).toMatchObject({ shoppers: 100, oversold: 0, lost: 0, doubled: 0 });
  expect(rows['orders']).toBeGreaterThan(0);
  expect(rows['completions delivered']).toBe(rows['orders']);
});

// Pictures of every page of the example shop and of the pages that the package brings, at phone and desktop width, light
// and dark: `npm run screenshots [folder]`, by default into `reports/screenshots`. Each page has to be sound, too.
import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';

const { startShop } = createRequire(import.meta.url)('../examples/express-checkout/shop.js');
const [folder = 'reports/screenshots'] = process.argv.slice(2);

mkdirSync(folder, { recursive: true });
const shop = await startShop();
const walk = spawn(process.execPath, ['scripts/browser-journey.mjs', shop.url, folder], { stdio: 'inherit' });
walk.once('close', (code) => {
  process.exitCode = code ?? 1;
  void shop.close();
});

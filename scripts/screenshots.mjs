// Pictures of every page of the example shop and of the pages that the package brings, at phone and desktop width, light
// and dark, in `reports/screenshots`; three of them go into the README. Each page has to be sound, too.
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const { startShop } = createRequire(import.meta.url)('../examples/express-checkout/shop.js');
const folder = 'reports/screenshots';
const README = { checkout: 'checkout-phone-light', queue: 'queue-phone-dark', frame: 'frame-phone-light' };

mkdirSync(folder, { recursive: true });
const shop = await startShop();
const walk = spawn(process.execPath, ['scripts/browser-journey.mjs', shop.url, folder], {
  stdio: 'inherit',
  env: { ...process.env, OPERATOR_PASSWORD: shop.operatorPassword },
});
walk.once('close', (code) => {
  process.exitCode = code ?? 1;
  if (code === 0) {
    for (const [name, picture] of Object.entries(README))
      copyFileSync(join(folder, `${picture}.png`), `docs/pictures/${name}.png`);
  }
  void shop.close();
});

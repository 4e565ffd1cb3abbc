/** The library as plain JavaScript, for tests that need it in a process of its own. */
import { cpSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '..', '..');

/** Made by `before-all.mjs`. */
const MADE = join(ROOT, 'node_modules/.cache/express-fanfare');

/** Where child processes find the project's packages: their files lie elsewhere. */
export const CHILD_ENVIRONMENT = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };

/** Puts the library into `target`, as CommonJS. */
export function placeLib(target: string): void {
  cpSync(join(MADE, 'lib'), target, { recursive: true });
  cpSync(join(MADE, 'served.js'), join(target, 'browser/served.js'));
  writeFileSync(join(dirname(target), 'package.json'), '{"type":"commonjs"}');
}

// What package.json offers, so that nothing else has a list of its own: its `exports` and its `bin`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Each subpath with code behind it: `{ subpath: './sqlite', name: 'ledger/sqlite' }` is built from `lib/ledger/sqlite.ts`. */
export const subpaths = Object.entries(manifest.exports)
  .filter(([, target]) => typeof target === 'object')
  .map(([subpath, target]) => ({ subpath, name: nameOf(target.default) }));

/** The same for the commands. */
export const commands = Object.entries(manifest.bin).map(([command, file]) => ({
  command,
  name: nameOf(file),
}));

function nameOf(file) {
  const [, name] = /^\.\/dist\/(.+)\.js$/.exec(file) ?? [];
  if (name === undefined) throw new Error(`package.json: "${file}" is not a file that the build makes`);
  return name;
}

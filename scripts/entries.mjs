// What package.json offers, so that nothing else has a list of its own: its `exports` and its `bin`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

const offered = Object.entries(manifest.exports).filter(([, target]) => typeof target === 'object');

/**
 * Each subpath that is bundled: `{ subpath: './sqlite', name: 'ledger/sqlite' }` is built from `lib/ledger/sqlite.ts`.
 * One without a `default`, such as a build for browsers beside one for Node, is somebody else's to build.
 */
export const subpaths = offered
  .filter(([, target]) => 'default' in target)
  .map(([subpath, target]) => ({ subpath, name: nameOf(target.default) }));

/** Each subpath's declarations: `{ subpath: './sqlite', types: './dist/ledger/sqlite.d.ts' }`. */
export const declarations = offered.map(([subpath, target]) => ({
  subpath,
  types: target.types ?? target.require.types,
}));

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

// Modules that the package does not show its users, and helpers of the tests: compiled for the bench alone.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
/** Below the bench's own packages, where git does not look and the compiled modules find theirs. */
const COMPILED = join(import.meta.dirname, 'node_modules/.compiled');
const SETTINGS = '--module nodenext --target es2022 --noCheck --skipLibCheck --rootDir . --ignoreConfig';

/** The exports of each of `files`, such as `lib/clock.ts`. */
export function compiled(...files) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  execFileSync(process.execPath, [tsc, ...SETTINGS.split(' '), '--outDir', COMPILED, ...files], {
    cwd: root,
  });
  const load = createRequire(import.meta.url);
  return files.map((file) => load(join(COMPILED, file.replace(/\.ts$/, '.js'))));
}

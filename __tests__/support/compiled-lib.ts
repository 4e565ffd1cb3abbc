/** The library as plain JavaScript, for tests that need it in a process of its own. */
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '..', '..');

const BROWSER = join(ROOT, 'lib/browser');
/** Made before the tests, by `build-served.mjs`. */
const SERVED = join(ROOT, 'node_modules/.cache/express-fanfare');

/** Where child processes find the project's packages: their files lie elsewhere. */
export const CHILD_ENVIRONMENT = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };

/** Writes `lib` as CommonJS into `target`, without checking types: a second's work, where a build takes many. */
export function compileLib(target: string): void {
  cpSync(join(ROOT, 'lib'), target, { recursive: true, filter: (path) => path !== BROWSER });
  cpSync(SERVED, join(target, 'browser'), { recursive: true });
  for (const name of readdirSync(target, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const file = join(target, name);
    const compilerOptions = {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
    };
    const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), { compilerOptions });
    writeFileSync(file.replace(/\.ts$/, '.js'), outputText);
    rmSync(file);
  }
  writeFileSync(join(dirname(target), 'package.json'), '{"type":"commonjs"}');
}

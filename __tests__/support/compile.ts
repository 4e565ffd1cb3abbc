/** The package as a process of its own runs it: compiled to JavaScript in a folder of its own. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');

/** Where a process started from the folder finds the dependencies. */
export const NODE_PATH = join(ROOT, 'node_modules');

/** Compiles `lib` and returns the folder that stands for `dist`. */
export function compilePackage(): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-fanfare-dist-'));
  for (const file of readdirSync(join(ROOT, 'lib'), { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts')) continue;
    const target = join(folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpile(readFileSync(join(ROOT, 'lib', file), 'utf8')));
  }
  return folder;
}

function transpile(source: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** One file of `lib/browser` as a script that a page can import. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import type { Middleware } from '../../lib/index.js';

/** Serves `lib/browser/<name>.ts`, compiled. */
export function browserScript(name: string): Middleware {
  const source = readFileSync(join(__dirname, '../../lib/browser', `${name}.ts`), 'utf8');
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  return (_req, res) => {
    res.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    res.end(outputText);
  };
}

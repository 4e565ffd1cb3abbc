/** The project's own pages: what they say and show. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import * as ours from '../../lib/index.js';
import * as sqlite from '../../lib/ledger/sqlite.js';

export const ROOT = join(__dirname, '../..');

/** Paths of all pages, from the root of the project. */
export const PAGES: readonly string[] = [
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'examples/express-checkout/README.md'],
  ...['docs', 'docs/decisions'].flatMap((folder) =>
    readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  ),
];

export function page(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

/** The code blocks of one language, in order. */
export function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(
    ([, code = '']) => code,
  );
}

/** What a block is called that a test runs, by its first line. */
export function nameOfExample(code: string): string | undefined {
  return /^\/\/ (?:example|recipe): (.+)$/m.exec(code)?.[1];
}

/** Runs the example of that name as a CommonJS module, and resolves to its exports; `around` are globals of its own. */
export function runExample(
  path: string,
  name: string,
  around: Readonly<Record<string, unknown>> = {},
): unknown {
  const code = blocks(page(path), 'js').find((block) => nameOfExample(block) === name);
  if (code === undefined) throw new Error(`${path} has no example "${name}"`);
  const others = createRequire(join(ROOT, path));
  const packages: Readonly<Record<string, unknown>> = {
    'express-fanfare': ours,
    'express-fanfare/sqlite': sqlite,
  };
  const module: { exports?: unknown } = {};
  const run = compileFunction(code, ['require', 'module', ...Object.keys(around)]) as (
    ...given: unknown[]
  ) => void;
  run((id: string) => packages[id] ?? (others(id) as unknown), module, ...Object.values(around));
  return module.exports;
}

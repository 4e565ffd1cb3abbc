/** What the README and the pages of `docs/` show compiles, and what they list is complete. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../lib/cli/run.js';
import { FAULT_TARGETS, RETRY_AFTER_FORMS, SIMPLE_FAULT_KINDS } from '../lib/emulator/faults.js';
import { createEmulator } from '../lib/emulator/index.js';
import { terminal } from './cli/terminal.js';
import { blocks, nameOfExample, page, PAGES, ROOT } from './support/pages.js';

const README = page('README.md');
const EMULATOR = page('docs/emulator.md');
const PACKAGE = {
  'express-fanfare': ['lib/index.ts'],
  'express-fanfare/sqlite': ['lib/ledger/sqlite.ts'],
  'express-fanfare/postgres': ['lib/ledger/postgres.ts'],
  'express-fanfare/redis': ['lib/ledger/redis.ts'],
  'express-fanfare/opentelemetry': ['lib/opentelemetry/index.ts'],
  'express-fanfare/emulator': ['lib/emulator/index.ts'],
  'express-fanfare/jwks': ['lib/jwks/index.ts'],
  'express-fanfare/reservations': ['lib/reservations/index.ts'],
  'express-fanfare/browser': ['lib/browser/index.ts'],
  'express-fanfare/testing': ['lib/testing/index.ts'],
  'express-fanfare/webhooks': ['lib/webhooks/index.ts'],
};
/** What fragments in JavaScript leave to the reader's imagination. */
const AROUND = `import type { Express, Request, RequestHandler } from 'express';
import type * as ours from 'express-fanfare';
import type * as browser from 'express-fanfare/browser';
declare global {
  const fanfare: ours.Fanfare, ledger: ours.Ledger, createFanfare: typeof ours.createFanfare;
  const app: Express, req: Request, order: { id: string }, showCheckout: RequestHandler, placeOrder: RequestHandler;
  const grant: string, watchCheckout: typeof browser.watchCheckout;
  const deliverByBullmq: (connection: object, fanfare: () => ours.Fanfare) => { start(): Promise<void>; onEvent: ours.OnEvent };
  const pay: (req: Request) => Promise<{ challengeUrl?: string; orderId?: string }>;
  const isStaff: (req: object) => boolean;
  const showThanks: (orderId: string) => void, showQueueAgain: () => void;
}
`;
/** The script that \`routes()\` serves is the browser's entry. */
const SERVED = /'\/fanfare\/checkout\.js'/g;

interface Shown {
  readonly file: string;
  readonly code: string;
}

function shown(language: string, ending: string): readonly Shown[] {
  return PAGES.flatMap((path) =>
    blocks(page(path), language).map((code, index) => ({
      file: `${path.replace(/\W/g, '-')}-${String(index)}.${ending}`,
      code: code.replace(SERVED, "'express-fanfare/browser'"),
    })),
  );
}

/** What the compiler says of them. */
function complaints(texts: readonly Shown[], options: object, ...around: readonly Shown[]): string {
  const folder = mkdtempSync(join(ROOT, '__tests__', 'readme-'));
  try {
    for (const { file, code } of [...texts, ...around]) writeFileSync(join(folder, file), code);
    const paths = Object.fromEntries(
      Object.entries(PACKAGE).map(([name, [file = '']]) => [name, [join(ROOT, file)]]),
    );
    const lib = ['ES2023', 'DOM', 'DOM.Iterable'];
    const compilerOptions = { noEmit: true, rootDir: ROOT, paths, lib, noUnusedLocals: false, ...options };
    const config = { extends: '../tsconfig.json', compilerOptions, include: ['*.mts', '*.mjs'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    // Sources under other settings than theirs are nobody's concern here.
    return stdout.replace(/^lib\/.*\n(?: .*\n)*/gm, '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('every code block in TypeScript compiles', () => {
  const texts = shown('ts', 'mts');
  expect(texts.length).toBeGreaterThanOrEqual(25);
  expect(complaints(texts, {})).toBe('');
});

test('every fragment in JavaScript and every script in HTML compiles', () => {
  const scripts = shown('html', 'mjs').flatMap(({ file, code }) =>
    [...code.matchAll(/<script type="module">([\s\S]*?)<\/script>/g)].map(([, inside = '']) => ({
      file: `html-${file}`,
      code: inside,
    })),
  );
  const fragments = shown('js', 'mjs').filter(({ code }) => nameOfExample(code) === undefined);
  expect(scripts.length).toBeGreaterThan(0);
  expect(fragments.length).toBeGreaterThan(5);
  const around = { file: 'around.mts', code: AROUND };
  const checked = { allowJs: true, checkJs: true, strict: false, exactOptionalPropertyTypes: false };
  expect(complaints([...scripts, ...fragments], checked, around)).toBe('');
});

test('every example in JavaScript is run by a test', () => {
  const tests = readdirSync(__dirname, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(__dirname, file), 'utf8'))
    .join('\n');
  const names = shown('js', 'mjs').map(({ code }) => nameOfExample(code) ?? '');
  for (const name of names.filter(Boolean)) expect(tests).toContain(`'${name}'`);
});

test('every script of package.json that a page names is there', () => {
  const { scripts } = JSON.parse(page('package.json')) as { scripts: Readonly<Record<string, string>> };
  const named = PAGES.filter((path) => path !== 'CHANGELOG.md').flatMap((path) => [
    ...page(path).matchAll(/npm run ([a-z][a-z:-]*)/g),
  ]);
  expect(named.length).toBeGreaterThan(5);
  for (const [, name = ''] of named) expect(Object.keys(scripts)).toContain(name);
});

test('every command that a page names is there, with its action', async () => {
  const named = PAGES.flatMap((path) => [
    ...page(path).matchAll(/npx express-fanfare ([a-z-]+)(?: ([a-z][a-z-]*))?/g),
  ]);
  expect(named.length).toBeGreaterThan(20);
  for (const [text, command = '', action = command] of named) {
    const user = terminal();
    expect([text, await run([command, '--help'], user)]).toEqual([text, 0]);
    expect(user.written.out).toMatch(new RegExp(`^(Usage: express-fanfare|) +${action} `, 'm'));
  }
});

test('the emulator takes every fault as it is shown', async () => {
  const emulator = createEmulator();
  const { url } = await emulator.listen();
  const faults = blocks(EMULATOR, 'json');
  expect(faults.length).toBeGreaterThan(0);
  for (const body of faults) {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/emulator/faults`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }
  expect(emulator.faults.list()).toHaveLength(faults.length);
  await emulator.close();
});

test.each([
  ['kind', SIMPLE_FAULT_KINDS],
  ['target', FAULT_TARGETS],
  ['form of Retry-After', RETRY_AFTER_FORMS],
])('every fault’s %s is in its page', (_what, words) => {
  for (const word of words) expect(EMULATOR).toContain(`\`${word}\``);
});

test.each([
  ['error code', 'lib/errors.ts', /^ {2}([A-Z_]+): \{/gm],
  ['option', 'lib/fanfare-options.ts', /^ {2}readonly ([a-zA-Z]+)\??: /gm],
])('every %s is in the README', (_what, file, pattern) => {
  const names = [...page(file).split('/** The environment')[0]!.matchAll(pattern)];
  expect(names.length).toBeGreaterThan(5);
  for (const [, name = ''] of names) expect(README).toContain(`\`${name}\``);
});

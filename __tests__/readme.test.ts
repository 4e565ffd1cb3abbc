/** What the README and the pages of `docs/` show compiles, and what it lists is complete. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULT_TARGETS, RETRY_AFTER_FORMS, SIMPLE_FAULT_KINDS } from '../lib/emulator/faults.js';
import { createEmulator } from '../lib/emulator/index.js';

const ROOT = join(__dirname, '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const PAGES = [
  'docs/dialects.md',
  'docs/events.md',
  'docs/handoff.md',
  'docs/observability.md',
  'docs/testing.md',
  'docs/webhooks.md',
].map((page) => readFileSync(join(ROOT, page), 'utf8'));
const PACKAGE = {
  'express-fanfare': ['lib/index.ts'],
  'express-fanfare/sqlite': ['lib/ledger/sqlite.ts'],
  'express-fanfare/postgres': ['lib/ledger/postgres.ts'],
  'express-fanfare/redis': ['lib/ledger/redis.ts'],
  'express-fanfare/opentelemetry': ['lib/opentelemetry/index.ts'],
  'express-fanfare/emulator': ['lib/emulator/index.ts'],
  'express-fanfare/jwks': ['lib/jwks/index.ts'],
  'express-fanfare/reservations': ['lib/reservations/index.ts'],
  'express-fanfare/webhooks': ['lib/webhooks/index.ts'],
  'express-fanfare/testing': ['lib/testing/index.ts'],
};
/** What the fragments at the top leave to the reader's imagination. */
const AROUND = `import express, { type Request, type RequestHandler } from 'express';
import type { Fanfare } from 'express-fanfare';
declare const fanfare: Fanfare, app: ReturnType<typeof express>, req: Request, order: { id: string };
declare const showCheckout: RequestHandler, placeOrder: RequestHandler;
export {};
`;

function blocks(text: string, language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, code = '']) => code,
  );
}

test('every code block compiles', () => {
  const folder = mkdtempSync(join(ROOT, '__tests__', 'readme-'));
  try {
    const texts = [
      ...blocks(README, 'js').map((code) => AROUND + code),
      ...[README, ...PAGES].flatMap((page) => blocks(page, 'ts')),
    ];
    expect(texts.length).toBeGreaterThanOrEqual(8);
    for (const [index, text] of texts.entries())
      writeFileSync(join(folder, `block-${String(index)}.mts`), text);
    const paths = Object.fromEntries(
      Object.entries(PACKAGE).map(([name, [file = '']]) => [name, [join(ROOT, file)]]),
    );
    const compilerOptions = { noEmit: true, rootDir: ROOT, paths };
    const config = { extends: '../tsconfig.json', compilerOptions, include: ['*.mts'] };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const { stdout } = spawnSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' });
    expect(stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 120_000);

test('the emulator takes every fault as it is shown', async () => {
  const emulator = createEmulator();
  const { url } = await emulator.listen();
  const shown = blocks(README, 'json');
  expect(shown.length).toBeGreaterThan(0);
  for (const body of shown) {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(`${url}/emulator/faults`, { method: 'POST', headers, body });
    expect(answer.status).toBe(200);
  }
  expect(emulator.faults.list()).toHaveLength(shown.length);
  await emulator.close();
});

test.each([
  ['kind', SIMPLE_FAULT_KINDS],
  ['target', FAULT_TARGETS],
  ['form of Retry-After', RETRY_AFTER_FORMS],
])('every fault’s %s is in it', (_what, words) => {
  for (const word of words) expect(README).toContain(`\`${word}\``);
});

test.each([
  ['error code', 'lib/errors.ts', /^ {2}([A-Z_]+): \{/gm],
  ['event', 'lib/events.ts', /Named<\s*'([a-z._]+)'/g],
  ['event of reservations', 'lib/reservations/reservation-events.ts', /Named<\s*'([a-z._]+)'/g],
  ['event of webhooks', 'lib/webhooks/webhook-events.ts', /Named<\s*'([a-z._]+)'/g],
  ['option', 'lib/fanfare-options.ts', /^ {2}readonly ([a-zA-Z]+)\??: /gm],
])('every %s is in it', (_what, file, pattern) => {
  const names = [
    ...readFileSync(join(ROOT, file), 'utf8').split('/** The environment')[0]!.matchAll(pattern),
  ];
  expect(names.length).toBeGreaterThan(5);
  for (const [, name = ''] of names) expect(README).toContain(name);
});

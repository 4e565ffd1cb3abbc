/** The linter holds the house rules: a planted violation of each must fail. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const PLANTED = [
  {
    why: 'the domain imports the transport',
    file: 'lib/admission/expiry.ts',
    text: "import '../fanfare-api/transport.js';",
    rule: 'no-restricted-imports',
  },
  {
    why: 'a second door to jsonwebtoken',
    file: 'lib/middleware/run.ts',
    text: "import 'jsonwebtoken';",
    rule: 'no-restricted-imports',
  },
  {
    why: 'the package needs an optional wing',
    file: 'lib/middleware/admit.ts',
    text: "import '../jwks/jose.js';",
    rule: 'no-restricted-imports',
  },
  {
    why: 'the core knows a telemetry library',
    file: 'lib/completion/dispatch.ts',
    text: "import '@opentelemetry/api';",
    rule: 'no-restricted-imports',
  },
  {
    why: 'somebody imports the composition',
    file: 'lib/ledger/row.ts',
    text: "import '../create-fanfare.js';",
    rule: 'no-restricted-imports',
  },
  {
    why: 'a second clock',
    file: 'lib/completion/schedule.ts',
    text: 'export const now = Date.now();',
    rule: 'no-restricted-globals',
  },
  {
    why: 'randomness in the domain',
    file: 'lib/admission/verdict.ts',
    text: 'export const chance = Math.random();',
    rule: 'no-restricted-syntax',
  },
  {
    why: 'a function that grew',
    file: 'lib/ledger/row.ts',
    text: `export function long(): void {\n${'  void 0;\n'.repeat(41)}}`,
    rule: 'max-lines-per-function',
  },
  { why: 'a file that grew', file: 'lib/ledger/row.ts', text: 'export {};\n'.repeat(151), rule: 'max-lines' },
];

let broken: readonly (readonly string[])[];

beforeAll(() => {
  const script = join(__dirname, 'lint-planted.mjs');
  const options = { cwd: join(__dirname, '..'), encoding: 'utf8' } as const;
  broken = JSON.parse(
    execFileSync(process.execPath, [script, JSON.stringify(PLANTED)], options),
  ) as string[][];
});

test.each(PLANTED.map(({ why, rule }, index) => ({ why, rule, index })))('$why', ({ rule, index }) => {
  expect(broken[index]).toContain(rule);
});

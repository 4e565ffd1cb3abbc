// How long `require` takes, beside the two packages that ours needs at once: in fresh processes, taken in turn.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { interleave, machine, print } from './rounds.mjs';

const ROUNDS = 25;
const cwd = join(import.meta.dirname, '..');
const cases = {
  'jsonwebtoken and lru-cache': "require('jsonwebtoken'); require('lru-cache');",
  'express-fanfare': "require('express-fanfare');",
  'express-fanfare, with three guards made': `
    const { createFanfare, memoryLedger } = require('express-fanfare');
    const session = { secrets: ['a secret of at least thirty-two bytes'] };
    const fanfare = createFanfare({ organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger(), session });
    fanfare.attachAdmission(); fanfare.requireAdmission(); fanfare.claimAdmission();`,
};

/** Milliseconds. */
function timeLoad(code) {
  const timed = `const start = performance.now();${code};process.stdout.write(String(performance.now() - start));process.exit()`;
  return Number(execFileSync(process.execPath, ['-e', timed], { cwd, encoding: 'utf8' }));
}

console.log(machine);
print('Loading', 'ms', await interleave(ROUNDS, cases, timeLoad));

// How long `require` takes, beside the two packages that ours needs at once: in fresh processes, taken in turn.
import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { interleave, ratioOf } from './rounds.mjs';

const ours = createRequire(join(import.meta.dirname, '../package.json'));
const theirs = createRequire(import.meta.url);
/** By its whole address, so that each package is the one that this repository means. */
const load = (from, name) => `require(${JSON.stringify(from.resolve(name))})`;

const [NEEDED, OURS] = ['jsonwebtoken and lru-cache', 'express-fanfare'];
const cases = {
  [NEEDED]: `${load(ours, 'jsonwebtoken')}; ${load(ours, 'lru-cache')}`,
  [OURS]: load(ours, 'express-fanfare'),
  'express-fanfare, with three guards made': `
    const { createFanfare, memoryLedger } = ${load(ours, 'express-fanfare')};
    const session = { secrets: ['a secret of at least thirty-two bytes'] };
    const fanfare = createFanfare({ organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger(), session });
    fanfare.attachAdmission(); fanfare.requireAdmission(); fanfare.claimAdmission();`,
  'Queue-it': load(theirs, '@queue-it/connector-javascript'),
  CrowdHandler: load(theirs, 'crowdhandler-sdk'),
};

export const title = 'Loading';
export const about =
  '`require` in a fresh process each time, beside the two packages that ours needs at once.';

/** Milliseconds of processor time: the wall's would tell of what else the machine does. */
function timeLoad(code) {
  const spent = '((used) => (used.user + used.system) / 1_000)(process.cpuUsage(before))';
  const timed = `const before = process.cpuUsage();${code};process.stdout.write(String(${spent}));process.exit()`;
  return Number(execFileSync(process.execPath, ['-e', timed], { encoding: 'utf8' }));
}

export async function measure({ rounds }) {
  const measured = await interleave(rounds, cases, timeLoad);
  return {
    tables: [{ unit: 'ms of CPU', measured }],
    targets: [
      { what: 'our `require`, in that of the two packages', figure: ratioOf(measured, OURS), most: 1.2 },
    ],
  };
}

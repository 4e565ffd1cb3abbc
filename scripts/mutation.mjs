// Changes the code of a room in hundreds of small ways, and counts how many of these mutants its tests notice.
// `npm run test:mutation`; one room or part, two at a time: `npm run test:mutation -- ledger/rules --concurrency 2`. What
// a run has found is kept in reports/ for the next one. docs/reliability.md gets the scores.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { partNames, roomOf } from './mutation/parts.mjs';
import { linesAsWritten, writePart } from './reliability-page.mjs';

const root = join(import.meta.dirname, '..');
const report = (part) => join(root, `reports/mutation/${part}.json`);

function run(part, options) {
  console.log(`\n== lib/${part}`);
  const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const env = { ...process.env, MUTATED_PART: part };
  return spawnSync(process.execPath, [stryker, 'run', ...options], { cwd: root, stdio: 'inherit', env })
    .status;
}

/** The row of a part that was measured now, or else as it was measured before. */
function rowOf(part) {
  if (parts.includes(part) && existsSync(report(part))) return scored(part);
  return linesAsWritten('mutants').find((line) => line.startsWith(`| lib/${part} `));
}

function scored(part) {
  const { files } = JSON.parse(readFileSync(report(part), 'utf8'));
  const found = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...statuses) => found.filter((status) => statuses.includes(status)).length;
  // One that runs for ever is noticed, too. Those that do not even load are no mutants.
  const [noticed, missed, untested] = [count('Killed', 'Timeout'), count('Survived'), count('NoCoverage')];
  const all = noticed + missed + untested;
  const share = `${((noticed / all) * 100).toFixed(1)} %`;
  const day = new Date().toISOString().slice(0, 10);
  return `| ${[`lib/${part}`, day, all, noticed, missed, untested, share].join(' | ')} |`;
}

function section() {
  const rows = partNames.map(rowOf);
  const missing = partNames.filter((_part, at) => rows[at] === undefined).map((part) => `lib/${part}`);
  return [
    '## Tests that notice',
    '',
    'Written by `npm run test:mutation`. A mutant is the code with one small change, such as a `<` that became a `<=`; it is noticed when a test of the room fails. Below 85 % the run fails. Some that are not noticed change nothing that anybody could see. What is left out, and why: `scripts/mutation/parts.mjs`.',
    '',
    'Every branch of these rooms is taken by a test, or CI fails (`npm test -- --coverage`).',
    '',
    '| room or part | when | mutants | noticed | not noticed | in no test | score |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.filter((row) => row !== undefined),
    '',
    ...(missing.length > 0 ? [`Not measured yet: ${missing.join(', ')}.`, ''] : []),
  ].join('\n');
}

const words = process.argv.slice(2);
const named = partNames.filter((part) => words.includes(part) || words.includes(roomOf(part)));
const parts = named.length > 0 ? named : partNames;
const options = words.filter((word) => !partNames.includes(word) && !partNames.map(roomOf).includes(word));
const failed = parts.filter((part) => run(part, options) !== 0);
writePart('mutants', section());
if (failed.length > 0) throw new Error(`Too few were noticed, or it could not run: ${failed.join(', ')}`);

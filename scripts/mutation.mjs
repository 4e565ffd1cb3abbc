// Changes the code of a room in hundreds of small ways, and counts how many of these mutants its tests notice.
// `npm run test:mutation`; one room, two at a time: `npm run test:mutation -- ledger --concurrency 2`. What a run has found
// is kept in reports/ for the next one. docs/reliability.md gets the scores.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { linesAsWritten, writePart } from './reliability-page.mjs';

const root = join(import.meta.dirname, '..');
const ROOMS = ['admission', 'tokens', 'validation', 'ledger'];
/** Files that are not changed; see `stryker.config.mjs`. */
const ENGINES = /^(postgres|redis)/;
const report = (room) => join(root, `reports/mutation/${room}.json`);

function run(room, options) {
  console.log(`\n== lib/${room}`);
  const stryker = join(root, 'node_modules/@stryker-mutator/core/bin/stryker.js');
  const env = { ...process.env, MUTATED_ROOM: room };
  return spawnSync(process.execPath, [stryker, 'run', ...options], { cwd: root, stdio: 'inherit', env })
    .status;
}

/** The row of a room that was measured now, or else as it was measured before. */
function rowOf(room) {
  if (rooms.includes(room) && existsSync(report(room))) return scored(room);
  return linesAsWritten('mutants').find((line) => line.startsWith(`| lib/${room} `));
}

function scored(room) {
  const { files } = JSON.parse(readFileSync(report(room), 'utf8'));
  const found = Object.values(files).flatMap(({ mutants }) => mutants.map(({ status }) => status));
  const count = (...statuses) => found.filter((status) => statuses.includes(status)).length;
  // One that runs for ever is noticed, too. Those that do not even load are no mutants.
  const [noticed, missed, untested] = [count('Killed', 'Timeout'), count('Survived'), count('NoCoverage')];
  const all = noticed + missed + untested;
  const share = `${((noticed / all) * 100).toFixed(1)} %`;
  const day = new Date().toISOString().slice(0, 10);
  return `| ${[`lib/${room}`, day, changedOf(room, Object.keys(files)), all, noticed, missed, untested, share].join(' | ')} |`;
}

/** How much of a room `--mutate` has left in the run. */
function changedOf(room, files) {
  const all = readdirSync(join(root, 'lib', room)).filter((name) => !ENGINES.test(name));
  return files.length === all.length ? 'all' : `${files.length} of ${all.length}`;
}

function section() {
  const rows = ROOMS.map(rowOf);
  const missing = ROOMS.filter((_room, at) => rows[at] === undefined).map((room) => `lib/${room}`);
  return [
    '## Tests that notice',
    '',
    'Written by `npm run test:mutation`. A mutant is the code with one small change, such as a `<` that became a `<=`; it is noticed when a test of the room fails. Below 85 % the run fails. Some that are not noticed change nothing that anybody could see. What is left out, and why: `stryker.config.mjs`.',
    '',
    'Every branch of these rooms is taken by a test, or CI fails (`npm test -- --coverage`).',
    '',
    '| room | when | files | mutants | noticed | not noticed | in no test | score |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows.filter((row) => row !== undefined),
    '',
    ...(missing.length > 0 ? [`Not measured yet: ${missing.join(', ')}.`, ''] : []),
  ].join('\n');
}

const words = process.argv.slice(2);
const named = ROOMS.filter((room) => words.includes(room));
const rooms = named.length > 0 ? named : ROOMS;
const options = words.filter((word) => !ROOMS.includes(word));
const failed = rooms.filter((room) => run(room, options) !== 0);
writePart('mutants', section());
if (failed.length > 0) throw new Error(`Too few were noticed, or it could not run: ${failed.join(', ')}`);

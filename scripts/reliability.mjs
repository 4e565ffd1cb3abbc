// Runs the proofs of __tests__/reliability and two of __tests__/hostile, and writes what they measured, with the machine named, to docs/reliability.md.
// `npm run reliability`; with --soak (`npm run test:soak`) at full length, printing the figures instead.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { writeProofs } from './reliability-page.mjs';

const root = join(import.meta.dirname, '..');
const soak = process.argv.includes('--soak');
const SIZES = soak
  ? {
      RELIABILITY_KILLS: '2000',
      RELIABILITY_CRASHES: '150',
      RELIABILITY_DRAINS: '9',
      RELIABILITY_SOAK_SECONDS: '600',
    }
  : { RELIABILITY_KILLS: '100', RELIABILITY_DRAINS: '9', FUZZ_RUNS: '200000', HEAP_TOKENS: '1000000' };
const SUITES = ['__tests__/reliability', ...(soak ? [] : ['hostile/fuzz', 'hostile/heap'])];

/** Each proof, in the order of the page. */
const PROOFS = {
  engines: ['The engines', 'Versions, and the settings that durability depends on.'],
  contest: [
    'One winner',
    'Four processes with 50 callers each claim the same admissions (the memory ledger: 200 callers in one process).',
  ],
  kills: [
    'A shop that is killed',
    'A shop of two processes under load; one of them is killed (SIGKILL) at a random moment and started again, over and over; in the end both, and one last process runs until nothing is left to do.',
  ],
  points: [
    'Killed at a chosen point',
    'A process kills itself at this point of an order; another one goes on. A shopper who was not told of success is not acknowledged, and the order arrives all the same.',
  ],
  crashes: [
    'An engine that is killed',
    'The engine is killed (SIGKILL) under load and started on the same data; the time counts from when it answers again. SQLite is a part of the shop, so all processes of the shop are killed at once.',
  ],
  transactions: [
    "Orders inside the merchant's own transaction",
    'Transactions race for admissions, each with its order and its completion inside; some are rolled back.',
  ],
  days: ['Fanfare away for 72 hours', 'On a virtual clock.'],
  drain: [
    'The end of an outage',
    'In real time: completions that wait while Fanfare answers 503, and what happens once it does not any more.',
  ],
  strangers: [
    'Strangers',
    'Calls that end, renew or keep an attempt, or settle a delivery, by somebody who does not hold it.',
  ],
  paused: [
    'An owner that was paused',
    'A process stands still (SIGSTOP) beyond its lease, another one takes over, the first goes on.',
  ],
  unreachable: [
    'An engine that is away at `completeAdmission`',
    'What the handler is answered, and after how long. The same call succeeds once the engine is back.',
  ],
  soak: [
    'Bad weather',
    'Shoppers who come, come back, order and hang up, and strangers with forged tokens, while the way to Fanfare or Fanfare itself breaks in another way every second.',
  ],
  fuzz: [
    'Damaged requests',
    'Tokens, cookies, queries and bodies damaged at random, in process. *Still good*: the damage left a good token or cookie whole. Times are those of the processor, and hold the whole request.',
    'on',
  ],
  heap: [
    'Distinct tokens without end',
    'What stays in memory of tokens that were shown once: the bounded caches, and nothing more.',
    'on',
  ],
};

function run() {
  const folder = mkdtempSync(join(tmpdir(), 'express-fanfare-figures-'));
  const file = join(folder, 'figures.jsonl');
  try {
    writeFileSync(file, '');
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const { status } = spawnSync(process.execPath, [jest, '--runInBand', ...SUITES], {
      cwd: root,
      stdio: 'inherit',
      env: { ...SIZES, ...process.env, RELIABILITY_FIGURES: file },
    });
    if (status !== 0) throw new Error('A proof failed: nothing is written.');
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function table(rows, first = 'engine') {
  const names = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  const inWords = (name) => name.replace(/(?<=[a-z])[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line([first, ...names.map(inWords)]),
    line(['---', ...names.map(() => '---')]),
    ...rows.map(({ on, figures }) => line([on, ...names.map((name) => figures[name] ?? '')])),
  ].join('\n');
}

function page(rows) {
  const processors = cpus();
  const sections = Object.entries(PROOFS)
    .map(([proof, [title, text, first]]) => ({
      title,
      text,
      first,
      own: rows.filter((row) => row.proof === proof),
    }))
    .filter(({ own }) => own.length > 0)
    .map(({ title, text, first, own }) => `## ${title}\n\n${text}\n\n${table(own, first)}\n`);
  return [
    '# Reliability: what was measured',
    '',
    'Written by `npm run reliability`, never by hand; the last section by `npm run test:mutation`. The proofs themselves are in `__tests__/reliability` and `__tests__/hostile`, and `npm test` runs them at a smaller size.',
    '',
    `- When: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `- Machine: ${processors[0].model}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory`,
    `- System: ${type()} ${release()}, Node ${process.version}`,
    '',
    "What the columns of a sale mean: **acknowledged**, orders whose shopper was told of success; **orders**, those in the shop's own books; **calls**, completions that reached Fanfare, repeats included. What must be 0: **forgotten**, orders that the ledger took for new more than once; **lost**, acknowledged orders that Fanfare does not know, or knows as another one; **doubled**, second effects at Fanfare; **orders too many**, second orders for one admission; **stuck**, rows of the ledger that are not delivered in the end.",
    '',
    ...sections,
  ].join('\n');
}

const text = page(run());
if (soak) {
  console.log(text);
} else {
  writeProofs(text);
}

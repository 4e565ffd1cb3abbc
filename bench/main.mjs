// Measures every row of the table, side by side with its neighbours, and writes docs/performance.md.
// `npm run bench`; `npm run bench -- warm http` prints these rows alone, `--quick` takes fewer rounds.
import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, section } from './page.mjs';

const root = join(import.meta.dirname, '..');
/** In the order of the page. */
const ROWS = [
  'warm',
  'first-session',
  'http',
  'express',
  'first-token',
  'cold-token',
  'submit',
  'delivery',
  'memory',
  'growth',
  'load-time',
];
const given = process.argv.slice(2);
const flags = given.filter((word) => word.startsWith('--'));
const wanted = given.filter((word) => !word.startsWith('--'));
const unknown = [
  ...wanted.filter((word) => !ROWS.includes(word)),
  ...flags.filter((flag) => flag !== '--quick'),
];
if (unknown.length > 0)
  throw new Error(`Unknown: ${unknown.join(', ')}. The rows are ${ROWS.join(', ')}; the flag is --quick.`);

async function measure(row) {
  console.error(`Measuring: ${row}`);
  const child = fork(join(import.meta.dirname, 'row.mjs'), [row, ...flags], { execArgv: ['--expose-gc'] });
  let figures;
  child.on('message', (message) => (figures = message));
  const [code] = await once(child, 'exit');
  if (code !== 0 || figures === undefined) throw new Error(`The row "${row}" failed: nothing is written.`);
  return figures;
}

const sections = [];
for (const row of wanted.length > 0 ? wanted : ROWS) sections.push(await measure(row));
if (wanted.length > 0) {
  console.log(sections.map(section).join('\n'));
} else {
  const file = join(root, 'docs/performance.md');
  writeFileSync(file, page(sections, flags.includes('--quick')));
  execFileSync(process.execPath, [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', file]);
  console.log(`Written: ${file}`);
}

// docs/reliability.md has three writers, each with a part of its own: the proofs, the hostile tests at length, and the mutation tests.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs/reliability.md');
/** The first line of each part, in the order of the page; what is written has to begin with it. */
const FIRST_LINES = {
  proofs: '# Reliability: what was measured\n',
  hostile: '## Damaged requests\n',
  mutants: '## Tests that notice\n',
};

export function writePart(name, text) {
  if (!text.startsWith(FIRST_LINES[name])) throw new Error(`No part of the page: ${text.slice(0, 80)}`);
  const page = Object.values({ ...parts(), [name]: text }).map((part) => part.trim());
  writeFileSync(file, `${page.filter(Boolean).join('\n\n')}\n`);
  execFileSync(process.execPath, [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', file]);
  console.log(`Written: ${file}`);
}

/** The lines of a part as it stands. */
export function linesAsWritten(name) {
  return parts()[name].split('\n');
}

function parts() {
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const begins = Object.entries(FIRST_LINES).map(([name, line]) => [name, page.indexOf(line)]);
  const endOf = (begin) => Math.min(...begins.map(([, at]) => (at > begin ? at : page.length)));
  return Object.fromEntries(
    begins.map(([name, begin]) => [name, begin === -1 ? '' : page.slice(begin, endOf(begin))]),
  );
}

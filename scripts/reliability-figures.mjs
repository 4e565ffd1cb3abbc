// What the tests measure for docs/reliability.md, and how it looks there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, tmpdir, totalmem, type } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Runs Jest with these words after it; `sizes` are settings that the environment may overrule. Returns the rows of the tables. */
export function measured(words, sizes) {
  const folder = mkdtempSync(join(tmpdir(), 'express-fanfare-figures-'));
  const file = join(folder, 'figures.jsonl');
  try {
    writeFileSync(file, '');
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const { status } = spawnSync(process.execPath, [jest, ...words], {
      cwd: root,
      stdio: 'inherit',
      env: { ...sizes, ...process.env, RELIABILITY_FIGURES: file },
    });
    if (status !== 0) throw new Error('A proof failed: nothing is written.');
    return readFileSync(file, 'utf8').split('\n').filter(Boolean).map(JSON.parse);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A section for each proof that has rows. `proofs`: title, text and, where it is not the engine, what the first column is, by name. */
export function sections(proofs, rows) {
  return Object.entries(proofs)
    .map(([proof, [title, text, first]]) => ({
      title,
      text,
      first,
      own: rows.filter((row) => row.proof === proof),
    }))
    .filter(({ own }) => own.length > 0)
    .map(({ title, text, first, own }) => `## ${title}\n\n${text}\n\n${table(own, first)}\n`);
}

/** When and where, as a list. */
export function circumstances() {
  const processors = cpus();
  return [
    `- When: ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `- Machine: ${processors[0].model}, ${processors.length} cores, ${Math.round(totalmem() / 2 ** 30)} GB of memory`,
    `- System: ${type()} ${release()}, Node ${process.version}`,
  ].join('\n');
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

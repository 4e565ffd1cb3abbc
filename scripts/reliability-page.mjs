// docs/reliability.md has two writers: the proofs, and the mutation tests, which own its last section.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const file = join(root, 'docs/reliability.md');
const LAST_SECTION = '## Tests that notice\n';

export function writeProofs(text) {
  write(text, parts().mutants);
}

export function writeMutants(text) {
  write(parts().proofs, `${LAST_SECTION}\n${text}`);
}

/** The lines of the last section as it stands. */
export function mutantsAsWritten() {
  return parts().mutants.split('\n');
}

function parts() {
  const page = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const at = page.indexOf(LAST_SECTION);
  return at === -1 ? { proofs: page, mutants: '' } : { proofs: page.slice(0, at), mutants: page.slice(at) };
}

function write(proofs, mutants) {
  writeFileSync(file, `${proofs.trimEnd()}\n\n${mutants}`);
  execFileSync(process.execPath, [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--write', file]);
  console.log(`Written: ${file}`);
}

/** Whether the path of a ledger still leads to the file that was opened there. */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * A check for before each commit; it throws when the file was moved, removed or replaced since now, or its log of writes
 * was, which stays the same for as long as anybody has it open. SQLite itself goes on writing to a file that nobody can
 * open any more, and every order in it would be lost.
 */
export function watchFile(file: string): () => void {
  const checks = [file, `${file}-wal`].map(watchOne);
  return () => {
    for (const check of checks) check();
  };
}

function watchOne(file: string): () => void {
  const path = resolve(file);
  const opened = identityOf(path);
  return () => {
    // `:memory:` and the like have no file to lose; the log of a link lies beside what it leads to.
    if (opened === undefined || identityOf(path) === opened) return;
    throw new Error(
      `The ledger file "${file}" was moved, removed or replaced while it was open, so nothing more is written to it. ` +
        'Put it back, or restart the shop with the file it is to use.',
    );
  };
}

function identityOf(path: string): string | undefined {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found && `${found.dev}:${found.ino}`;
}

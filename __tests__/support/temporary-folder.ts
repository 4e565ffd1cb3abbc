/** Folders that tests make and remove. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new empty folder. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'express-fanfare-'));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Hands each test an empty folder, which is removed afterwards. */
export function eachInFolder(begin: (folder: string) => void): void {
  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
    begin(folder);
  });
  afterEach(() => {
    removeFolder(folder);
  });
}

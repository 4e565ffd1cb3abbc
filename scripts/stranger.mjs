// A project of somebody who has never seen this repository: what they install, and what they run in it.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Stranger {
  folder = mkdtempSync(join(tmpdir(), 'express-fanfare-package-'));

  constructor() {
    cpSync(join(import.meta.dirname, 'strangers'), this.folder, { recursive: true });
    this.write('package.json', { name: 'stranger', private: true });
  }

  write(name, value) {
    writeFileSync(join(this.folder, name), JSON.stringify(value));
  }

  /** Resolves nothing from this repository; what a failing command says is part of the error. */
  run(command, ...args) {
    return execFileSync(command, args, {
      cwd: this.folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  install(...packages) {
    this.run('npm', 'install', '--no-audit', '--no-fund', ...packages);
  }

  /** Runs a file with this Node, or with the newest of another line. */
  node(file, line) {
    const node = line === undefined ? [process.execPath] : ['npx', '--yes', `node@${line}`];
    this.run(...node, file);
    console.log(`${file} works on Node ${line ?? process.versions.node}`);
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

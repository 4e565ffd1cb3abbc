/** The command line as a user runs it: compiled to JavaScript in a folder of its own, started as a process. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import ts from 'typescript';

const ROOT = resolve(__dirname, '../..');

/** Compiles what the command line needs and returns the folder it is in. */
export function compileCli(): string {
  const folder = mkdtempSync(join(tmpdir(), 'express-fanfare-cli-'));
  const rooms = ['lib/cli', 'lib/emulator'].flatMap((room) =>
    readdirSync(join(ROOT, room)).map((file) => join(room, file)),
  );
  for (const file of ['lib/clock.ts', ...rooms]) {
    const target = join(folder, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, transpile(readFileSync(join(ROOT, file), 'utf8')));
  }
  return folder;
}

/** Starts `express-fanfare` with `args`. */
export function startCli(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const main = join(folder, 'lib/cli/main.js');
  const env = { ...process.env, NODE_PATH: join(ROOT, 'node_modules') };
  return spawn(process.execPath, [main, ...args], { env });
}

function transpile(source: string): string {
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  return ts.transpileModule(source, { compilerOptions }).outputText;
}

/** The command line as a user runs it: compiled to JavaScript in a folder of its own, started as a process. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { compilePackage, NODE_PATH } from '../support/compile.js';

/** Compiles the package and returns the folder it is in. */
export const compileCli = compilePackage;

/** Starts `express-fanfare` with `args`. */
export function startCli(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  const env = { ...process.env, NODE_PATH };
  return spawn(process.execPath, [join(folder, 'cli/main.js'), ...args], { env });
}

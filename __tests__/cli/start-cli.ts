/** The command line as a user runs it: started as a process of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Puts the package into a new folder and returns that. */
export function placeCli(): string {
  const folder = temporaryFolder();
  placeLib(join(folder, 'lib'));
  return folder;
}

/** Starts `express-fanfare` with `args`. */
export function startCli(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [join(folder, 'lib/cli/main.js'), ...args], { env: CHILD_ENVIRONMENT });
}

/** The same with an open file for its stdout. */
export function startCliInto(stdout: number, folder: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [join(folder, 'lib/cli/main.js'), ...args], {
    env: CHILD_ENVIRONMENT,
    stdio: ['ignore', stdout, 'pipe'],
  });
}

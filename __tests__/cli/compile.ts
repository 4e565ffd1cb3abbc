/** The command line as a user runs it: started as a process of its own. */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT, compileLib } from '../support/compiled-lib.js';
import { temporaryFolder } from '../support/temporary-folder.js';

/** Compiles the package and returns the folder that holds it. */
export function compileCli(): string {
  const folder = temporaryFolder();
  compileLib(join(folder, 'lib'));
  return folder;
}

/** Starts `express-fanfare` with `args`. */
export function startCli(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [join(folder, 'lib/cli/main.js'), ...args], { env: CHILD_ENVIRONMENT });
}

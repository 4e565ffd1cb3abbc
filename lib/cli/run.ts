/** The command line: finds the command, runs it, turns what went wrong into words and an exit code. */
import { runEmulator } from './emulator-command.js';

/** What a command may touch of the world outside. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Resolves when the user wants it to stop. */
  stopped(): Promise<void>;
}

type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly summary: string }>> = {
  emulator: { run: runEmulator, summary: 'a local stand-in for Fanfare, for development' },
};

/** Runs `args` (without node and script) and resolves with the exit code: 0 done, 1 failed, 2 not understood. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h') {
    terminal.out(usage());
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    terminal.err(`${name === undefined ? 'No command given' : `Unknown command "${name}"`}.\n\n${usage()}`);
    return 2;
  }
  return command.run(rest, terminal);
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(12)}${summary}`);
  return [
    'Usage: express-fanfare <command> [options]',
    ...['', 'Commands:', ...lines, ''],
    'Run a command with --help for its options.',
    '',
  ].join('\n');
}

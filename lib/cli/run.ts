/** The command line: finds the command and runs it. */
import type { Command, Terminal } from './command.js';
import { completionsCommand } from './completions-command.js';
import { deadEventsCommand } from './dead-events-command.js';
import { doctorCommand } from './doctor-command.js';
import { emulatorCommand } from './emulator-command.js';
import { hidingPasswords } from './ledger-address.js';
import { migrateCommand } from './migrate-command.js';

const COMMANDS: Readonly<Record<string, { readonly run: Command; readonly summary: string }>> = {
  completions: {
    run: completionsCommand,
    summary: 'the orders Fanfare has not heard of: list, show, retry, discard',
  },
  'dead-events': {
    run: deadEventsCommand,
    summary: 'the webhook events that were given up: list, retry, discard',
  },
  doctor: {
    run: doctorCommand,
    summary: 'what is wrong with the environment, the ledger and the way to Fanfare',
  },
  emulator: { run: emulatorCommand, summary: 'a local stand-in for Fanfare, for development' },
  migrate: { run: migrateCommand, summary: 'makes or updates the tables in PostgreSQL' },
};

/** Runs `args` (without node and script) and resolves with the exit code: 0 done, 1 failed, 2 not understood. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const hide = hidingPasswords([...args, ...Object.values(terminal.environment)]);
  const discreet: Terminal = {
    ...terminal,
    out: (text) => {
      terminal.out(hide(text));
    },
    err: (text) => {
      terminal.err(hide(text));
    },
  };
  const [name, ...rest] = args;
  if (name === '--help' || name === '-h') {
    terminal.out(usage());
    return 0;
  }
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    discreet.err(`${name === undefined ? 'No command given' : `Unknown command "${name}"`}.\n\n${usage()}`);
    return 2;
  }
  return command.run(rest, discreet);
}

function usage(): string {
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(14)}${summary}`);
  return [
    'Usage: express-fanfare <command> [options]',
    ...['', 'Commands:', ...lines, ''],
    'Run a command with --help for its options.',
    '',
  ].join('\n');
}

/** What all commands do alike: understand their arguments or help, and turn what went wrong into words and an exit code. */
import type { Clock } from '../clock.js';
import { FanfareError } from '../errors.js';

/** What a command may touch of the world outside. */
export interface Terminal {
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  out(text: string): void;
  err(text: string): void;
  /** Asks the person at the terminal; absent when nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Resolves when the user wants it to stop. */
  stopped(): Promise<void>;
}

export type Command = (args: readonly string[], terminal: Terminal) => Promise<number>;

export interface CommandParts<Asked> {
  readonly help: string;
  /** What is asked for; throws when it is not understood. */
  readonly read: (args: readonly string[], terminal: Terminal) => Asked | 'help';
  /** Does it and resolves with the exit code; what it rejects with is shown. */
  readonly act: (asked: Asked, terminal: Terminal) => Promise<number>;
}

export function command<Asked>({ help, read, act }: CommandParts<Asked>): Command {
  return async (args, terminal) => {
    let asked: Asked | 'help';
    try {
      asked = read(args, terminal);
    } catch (error) {
      terminal.err(`${messageOf(error)}\n\n${help}`);
      return 2;
    }
    if (asked === 'help') {
      terminal.out(help);
      return 0;
    }
    try {
      return await act(asked, terminal);
    } catch (error) {
      terminal.err(`${explained(error)}\n`);
      return error instanceof FanfareError && error.code === 'INVALID_ADMISSION_DATA' ? 2 : 1;
    }
  };
}

/** Only the person at the terminal can say yes. */
export async function confirmed(question: string, { ask }: Terminal): Promise<boolean> {
  return ask !== undefined && /^y(es)?$/i.test((await ask(`${question} [y/N] `)).trim());
}

export const UNCHANGED = 'Nothing is changed.';

/** Says why nothing was done; the exit code of that. */
export function refuse(terminal: Terminal, text: string): number {
  terminal.err(`${text}\n`);
  return 1;
}

function explained(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : `${messageOf(error)}\n  ${messageOf(cause)}`;
}

/** A connection refused on several addresses of one name has an empty message and one error for each. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}

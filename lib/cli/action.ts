/** What the actions of a command on a ledger have in common, and what is checked before one begins. */
import type { Terminal } from './command.js';
import { ADDRESS_OPTIONS } from './ledger-address.js';

export interface Action<On, Asked> {
  /** The options it knows beside the ledger's address. */
  readonly takes: readonly string[];
  /** Whether it is about one thing, which its id names. */
  readonly ofOne: boolean;
  /** Resolves to the exit code. */
  act(on: On, asked: Asked, terminal: Terminal): Promise<number>;
}

/** What was given to an action. */
export interface Given {
  readonly values: Readonly<Record<string, unknown>>;
  readonly ids: readonly string[];
  /** What an id is called in this command. */
  readonly called: string;
}

/** Throws when it was given what it does not know, or nobody can be asked for a confirmation that it needs. */
export function checkAction(
  { takes, ofOne }: Pick<Action<never, never>, 'takes' | 'ofOne'>,
  { values, ids, called }: Given,
  { ask }: Terminal,
): void {
  const known = [...Object.keys(ADDRESS_OPTIONS), ...takes];
  const stranger = Object.keys(values).find((option) => !known.includes(option));
  if (stranger !== undefined) throw new Error(`There is no --${stranger} for this action.`);
  if (ids.length !== (ofOne ? 1 : 0)) throw new Error(`Give this action ${ofOne ? 'one' : 'no'} ${called}.`);
  if (takes.includes('yes') && values['yes'] !== true && ask === undefined) {
    throw new Error('There is no terminal to ask for your confirmation: add --yes.');
  }
}

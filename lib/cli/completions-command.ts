/** `express-fanfare completions`: what an operator may see of the orders Fanfare has not heard of, and do about them. */
import { parseArgs } from 'node:util';
import type { CompletionState } from '../completion/completion-view.js';
import { COMPLETION_STATES, completionsOf, LONGEST_LIST } from '../completion/operate.js';
import { checkAction } from './action.js';
import type { Asked, CompletionAction } from './completions-actions.js';
import { ACTIONS } from './completions-actions.js';
import type { Terminal } from './command.js';
import { command } from './command.js';
import { readDuration } from './duration.js';
import { idsLast } from './ids-last.js';
import { readLimit } from './limit.js';
import type { LedgerAddress } from './ledger-address.js';
import { ADDRESS_HELP, ADDRESS_OPTIONS, readAddress } from './ledger-address.js';
import { withLedger } from './open-ledger.js';

const HELP = `Usage: express-fanfare completions <action> [options]

Shows the orders Fanfare has not heard of yet, and lets you decide about those that are not tried any more.

Actions:
  list                    the oldest first: what waits (ordered) and what is not tried any more (dead)
  show <admission id>     everything about one
  retry <admission id>    put one back on the schedule, due at once; a running shop sends it
  retry-all               the same for all that are dead
  discard <admission id>  give a dead one up: Fanfare will never hear of it

Options:
${ADDRESS_HELP}  --state <state>     list: ${COMPLETION_STATES.join(', ')}; may be given several times
  --older-than <time> list: only what has waited this long, such as 90s, 30m, 2h or 3d
  --limit <number>    list: at most this many (default 100, at most ${LONGEST_LIST})
  --json              list, show: as JSON, with times in milliseconds since the epoch
  --yes               retry-all, discard: do not ask
  -h, --help          this text

Exit codes: 0 done, 1 failed or no such completion, 2 not understood.
`;

const OPTIONS = {
  ...ADDRESS_OPTIONS,
  state: { type: 'string', multiple: true },
  'older-than': { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

type Values = ReturnType<typeof parsed>['values'];

interface Order {
  readonly action: CompletionAction;
  readonly asked: Asked;
  readonly address: LedgerAddress;
}

export const completionsCommand = command<Order>({ help: HELP, read, act });

function act({ action, asked, address }: Order, terminal: Terminal): Promise<number> {
  const { clock } = terminal;
  return withLedger(address, terminal, (ledger) =>
    // What the ledger says for itself comes with the rejection, which is shown.
    action.act(completionsOf({ ledger, clock, emit: () => undefined }), asked, terminal),
  );
}

function read(args: readonly string[], terminal: Terminal): Order | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [name, ...ids] = positionals;
  const action = readAction(name);
  checkAction(action, { values, ids, called: 'admission id' }, terminal);
  const address = readAddress(values, terminal.environment);
  return { action, address, asked: readAsked(values, ids[0]) };
}

function readAction(name: string | undefined): CompletionAction {
  if (name === undefined) throw new Error('Say what to do: list, show, retry, retry-all or discard.');
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) throw new Error(`There is no action "${name}".`);
  return action;
}

function parsed(args: readonly string[]) {
  return parseArgs({ args: idsLast(args), options: OPTIONS, allowPositionals: true });
}

function readAsked(values: Values, admissionId = ''): Asked {
  return {
    admissionId,
    query: {
      limit: readLimit(values.limit),
      olderThanSeconds: readAge(values['older-than']),
      ...(values.state === undefined ? {} : { states: values.state.map(readState) }),
    },
    json: values.json ?? false,
    yes: values.yes ?? false,
  };
}

function readState(text: string): CompletionState {
  const state = COMPLETION_STATES.find((known) => known === text);
  if (state === undefined) throw new Error(`--state must be ${COMPLETION_STATES.join(', ')}, got "${text}"`);
  return state;
}

function readAge(text = '0s'): number {
  const seconds = readDuration(text);
  if (seconds === undefined)
    throw new Error(`--older-than must be such as 90s, 30m, 2h or 3d, got "${text}"`);
  return seconds;
}

/** `express-fanfare dead-events`: the webhook events that were given up, and what an operator may do about them. */
import { parseArgs } from 'node:util';
import { type DeadEvent, type DeadEvents, deadEventsOf, workSaid } from '../completion/dead-events.js';
import { LONGEST_LIST } from '../completion/operate.js';
import { type Action, checkAction } from './action.js';
import { command, confirmed, refuse, type Terminal, UNCHANGED } from './command.js';
import { aligned } from './completions-text.js';
import { sayDuration } from './duration.js';
import { idsLast } from './ids-last.js';
import { ADDRESS_HELP, ADDRESS_OPTIONS, type LedgerAddress, readAddress } from './ledger-address.js';
import { readLimit } from './limit.js';
import { withLedger } from './open-ledger.js';

const HELP = `Usage: express-fanfare dead-events <action> [options]

Shows the webhook events that were given up after three days, and lets you decide about them. They are kept for 90 days.

Actions:
  list             the oldest first, with the id of each
  retry <id>       have it worked once more, by a running shop that has its receiver
  discard <id>     throw it away: what it told of will never be done

Options:
${ADDRESS_HELP}  --limit <number>    list: at most this many (default 100, at most ${LONGEST_LIST})
  --json              list: as JSON, with times in milliseconds since the epoch
  --yes               discard: do not ask
  -h, --help          this text

Exit codes: 0 done, 1 failed or no such event, 2 not understood.
`;

const OPTIONS = {
  ...ADDRESS_OPTIONS,
  limit: { type: 'string' },
  json: { type: 'boolean' },
  yes: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

interface Asked {
  readonly id: string;
  readonly limit: number;
  readonly json: boolean;
  readonly yes: boolean;
}

type EventAction = Action<DeadEvents, Asked>;

const ACTIONS: Readonly<Record<string, EventAction>> = {
  list: { takes: ['limit', 'json'], ofOne: false, act: list },
  retry: { takes: [], ofOne: true, act: retry },
  discard: { takes: ['yes'], ofOne: true, act: discard },
};

interface Order {
  readonly action: EventAction;
  readonly asked: Asked;
  readonly address: LedgerAddress;
}

export const deadEventsCommand = command<Order>({
  help: HELP,
  read,
  act: ({ action, asked, address }, terminal) =>
    withLedger(address, terminal, (ledger) =>
      // What the ledger says for itself comes with the rejection, which is shown.
      action.act(deadEventsOf({ ledger, clock: terminal.clock, emit: () => undefined }), asked, terminal),
    ),
});

function read(args: readonly string[], terminal: Terminal): Order | 'help' {
  const { values, positionals } = parsed(args);
  if (values.help) return 'help';
  const [name = '', ...ids] = positionals;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) throw new Error('Say what to do: list, retry or discard.');
  checkAction(action, { values, ids, called: 'id' }, terminal);
  return { action, asked: readAsked(values, ids[0]), address: readAddress(values, terminal.environment) };
}

function parsed(args: readonly string[]) {
  return parseArgs({ args: idsLast(args), options: OPTIONS, allowPositionals: true });
}

type Values = ReturnType<typeof parsed>['values'];

function readAsked({ limit, json = false, yes = false }: Values, id = ''): Asked {
  return { id, limit: readLimit(limit), json, yes };
}

async function list(events: DeadEvents, { limit, json }: Asked, terminal: Terminal): Promise<number> {
  const found = await events.list(limit);
  if (json) terminal.out(`${JSON.stringify(found, null, 2)}\n`);
  else if (found.length === 0) terminal.out('There are no dead events.\n');
  else terminal.out(tableOf(found, terminal.clock.now()));
  if (found.length === limit) {
    terminal.err(`These are the oldest ${limit}. There may be more: raise --limit.\n`);
  }
  return 0;
}

function tableOf(events: readonly DeadEvent[], now: number): string {
  const rows = events.map((event) => [
    event.receiver,
    sayDuration(now - event.diedAt),
    event.id,
    event.eventId,
    workSaid(event),
    event.reason,
  ]);
  return aligned([['RECEIVER', 'AGE', 'ID', 'EVENT', 'WORK', 'REASON'], ...rows]);
}

async function retry(events: DeadEvents, { id }: Asked, terminal: Terminal): Promise<number> {
  if (!(await events.retry(id))) return refuse(terminal, unknown(id));
  terminal.out('It is worked once more, within 15 seconds, by a running shop that has its receiver.\n');
  return 0;
}

async function discard(events: DeadEvents, { id, yes }: Asked, terminal: Terminal): Promise<number> {
  const question = `Throw the event ${id} away? What it told of will never be done.`;
  if (!yes && !(await confirmed(question, terminal))) return refuse(terminal, UNCHANGED);
  if (!(await events.discard(id))) return refuse(terminal, unknown(id));
  terminal.out('The event is thrown away.\n');
  return 0;
}

function unknown(id: string): string {
  return `There is no dead event ${id}: it was retried or thrown away, or never was.`;
}

/** What `express-fanfare completions` can do, one function each; they resolve with the exit code. */
import type { Completion } from '../completion/completion-view.js';
import type { CompletionQuery, Completions } from '../completion/operate.js';
import type { Action } from './action.js';
import { confirmed, refuse, type Terminal, UNCHANGED } from './command.js';
import { detailsOf, tableOf } from './completions-text.js';

export interface Asked {
  /** Empty for actions that take none. */
  readonly admissionId: string;
  readonly query: CompletionQuery & { readonly limit: number };
  readonly json: boolean;
  /** The confirmation is given already. */
  readonly yes: boolean;
}

export type CompletionAction = Action<Completions, Asked>;

export const ACTIONS: Readonly<Record<string, CompletionAction>> = {
  list: { takes: ['state', 'older-than', 'limit', 'json'], ofOne: false, act: list },
  show: { takes: ['json'], ofOne: true, act: show },
  retry: { takes: [], ofOne: true, act: retry },
  'retry-all': { takes: ['yes'], ofOne: false, act: retryAll },
  discard: { takes: ['yes'], ofOne: true, act: discard },
};

async function list(completions: Completions, { query, json }: Asked, terminal: Terminal): Promise<number> {
  const found = await completions.list(query);
  if (json) terminal.out(`${JSON.stringify(found, null, 2)}\n`);
  else if (found.length === 0) terminal.out('There are no such completions.\n');
  else terminal.out(tableOf(found, terminal.clock.now()));
  if (found.length === query.limit) {
    terminal.err(`These are the oldest ${query.limit}. There may be more: raise --limit.\n`);
  }
  return 0;
}

async function show(
  completions: Completions,
  { admissionId, json }: Asked,
  terminal: Terminal,
): Promise<number> {
  const completion = await completions.show(admissionId);
  if (completion === undefined) return refuse(terminal, unknown(admissionId));
  terminal.out(
    json ? `${JSON.stringify(completion, null, 2)}\n` : detailsOf(completion, terminal.clock.now()),
  );
  return 0;
}

async function retry(completions: Completions, { admissionId }: Asked, terminal: Terminal): Promise<number> {
  if (await completions.retry(admissionId)) {
    terminal.out('It is due now: a running shop sends it, unless its deliveries are paused.\n');
    return 0;
  }
  const completion = await completions.show(admissionId);
  const sending = 'is being sent at this moment: look again in half a minute';
  return refuse(terminal, completion === undefined ? unknown(admissionId) : whyNot(completion, sending));
}

async function retryAll(completions: Completions, { yes }: Asked, terminal: Terminal): Promise<number> {
  const { dead = 0 } = await completions.count({ states: ['dead'] });
  if (dead === 0) {
    terminal.out('There are no dead completions.\n');
    return 0;
  }
  const question = `Retry ${counted(dead, 'dead completion')}?`;
  if (!yes && !(await confirmed(question, terminal))) return refuse(terminal, UNCHANGED);
  const retried = await completions.retryAll();
  terminal.out(
    `${counted(retried, 'completion')} due now: a running shop sends them, unless its deliveries are paused.\n`,
  );
  return 0;
}

async function discard(
  completions: Completions,
  { admissionId, yes }: Asked,
  terminal: Terminal,
): Promise<number> {
  const completion = await completions.show(admissionId);
  if (completion === undefined) return refuse(terminal, unknown(admissionId));
  if (completion.state !== 'dead') {
    return refuse(terminal, whyNot(completion, 'is not dead, it goes on being tried'));
  }
  const { orderId } = completion;
  const question = `Give the completion of order ${orderId} up? Fanfare will never hear of it.`;
  if (!yes && !(await confirmed(question, terminal))) return refuse(terminal, UNCHANGED);
  if (!(await completions.discard(admissionId))) return refuse(terminal, whyNot(completion, ''));
  terminal.out(`The completion of order ${orderId} is discarded. The order itself stays as it is.\n`);
  return 0;
}

function unknown(admissionId: string): string {
  return `No order is recorded for the admission ${admissionId}.`;
}

function whyNot({ orderId, state }: Completion, ordered: string): string {
  const reasons = {
    ordered,
    delivered: 'is delivered: Fanfare knows about it',
    dead: 'has just changed: look again',
    discarded: 'is discarded already',
  } as const;
  return `Order ${orderId} ${reasons[state]}.`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

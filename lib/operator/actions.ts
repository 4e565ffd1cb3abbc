/** What an operator's forms do. */
import type { DeadEvents } from '../completion/dead-events.js';
import type { Completions } from '../completion/operate.js';
import { FanfareError } from '../errors.js';
import type { Done } from './view.js';

/** What an operator may act on. */
export interface Actable {
  readonly completions: Completions;
  readonly events: DeadEvents;
}

/** `id`: of an admission, or of an event. */
type Action = (on: Actable, id: string) => Promise<Done>;

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['retry', async ({ completions }, id) => ((await completions.retry(id)) ? 'retried' : 'not-retried')],
  [
    'discard',
    async ({ completions }, id) => ((await completions.discard(id)) ? 'discarded' : 'not-discarded'),
  ],
  [
    'retry-all',
    async ({ completions }) => {
      await completions.retryAll();
      return 'all-retried';
    },
  ],
  ['retry-event', async ({ events }, id) => ((await events.retry(id)) ? 'event-retried' : 'event-gone')],
  [
    'discard-event',
    async ({ events }, id) => ((await events.discard(id)) ? 'event-discarded' : 'event-gone'),
  ],
]);

/** Does it; rejects with `INVALID_ADMISSION_DATA` when there is no such thing to do. */
export async function act(on: Actable, action: string | undefined, id: string | undefined): Promise<Done> {
  const known = ACTIONS.get(action ?? '');
  if (known === undefined) throw new FanfareError('INVALID_ADMISSION_DATA', { message: 'no such action' });
  return known(on, id ?? '');
}

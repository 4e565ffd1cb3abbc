/** What an operator's forms do. */
import type { Completions } from '../completion/operate.js';
import { FanfareError } from '../errors.js';
import type { Done } from './view.js';

type Action = (completions: Completions, admissionId: string) => Promise<Done>;

const ACTIONS: ReadonlyMap<string, Action> = new Map<string, Action>([
  ['retry', async (completions, id) => ((await completions.retry(id)) ? 'retried' : 'not-retried')],
  ['discard', async (completions, id) => ((await completions.discard(id)) ? 'discarded' : 'not-discarded')],
  [
    'retry-all',
    async (completions) => {
      await completions.retryAll();
      return 'all-retried';
    },
  ],
]);

/** Does it; rejects with `INVALID_ADMISSION_DATA` when there is no such thing to do. */
export async function act(
  completions: Completions,
  action: string | undefined,
  admissionId: string | undefined,
): Promise<Done> {
  const known = ACTIONS.get(action ?? '');
  if (known === undefined) throw new FanfareError('INVALID_ADMISSION_DATA', { message: 'no such action' });
  return known(completions, admissionId ?? '');
}

/** The client port with answers by script, counting what it is asked. */
import type { Question, Verdict } from '../../lib/admission/verdict.js';
import type { FanfareEvent } from '../../lib/events.js';
import { createValidator } from '../../lib/validation/validator.js';
import { ManualClock } from '../support/manual-clock.js';

export const question: Question = {
  token: 'opaque-token-of-a-shopper',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
};

/** A validator before a client that answers as `answer` says, or holds its answers until they are released. */
export function scripted(answer: (question: Question) => Verdict | 'hold' = () => ({ answer: 'yes' })) {
  const clock = new ManualClock();
  const events: FanfareEvent[] = [];
  const asked: Question[] = [];
  const waited: (number | undefined)[] = [];
  const held: ((verdict: Verdict) => void)[] = [];
  const validator = createValidator({
    client: {
      validate: (about, spent) => {
        asked.push(about);
        waited.push(spent?.waitedMs);
        const said = answer(about);
        return said === 'hold' ? new Promise((resolve) => held.push(resolve)) : Promise.resolve(said);
      },
    },
    organizationId: 'org_1',
    dialect: 'gateway',
    clock,
    emit: (event) => events.push(event),
  });
  return {
    validator,
    clock,
    events,
    asked,
    waited,
    /** Answers what is held now. */
    release: (verdict: Verdict) => {
      for (const resolve of held.splice(0)) resolve(verdict);
    },
  };
}

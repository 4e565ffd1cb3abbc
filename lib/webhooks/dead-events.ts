/** What the receivers of a shop have given up, for its own tools; operators have the page and the command. */
import { type DeadEvents, deadEventsOf } from '../completion/dead-events.js';
import type { OnStage } from '../middleware/backstage.js';

export type { DeadEvent, DeadEvents } from '../completion/dead-events.js';

/** The events that receivers of this shop have given up (`webhook.dead`), whichever process it was; kept for 90 days. */
export function deadEvents({ backstage }: Pick<OnStage, 'backstage'>): DeadEvents {
  return deadEventsOf(backstage);
}

/** The timed release: whoever enters while it is open may buy, at once. */
import { BoundedMap } from './bounded-map.js';
import { OUTSIDE, PLACES_KEPT } from './standing.js';
import type { Mechanism } from './standing.js';

export function createTimedRelease(): Mechanism {
  const enteredAt = new BoundedMap<string, number>(PLACES_KEPT);
  return {
    enter(consumerId, now) {
      enteredAt.delete(consumerId);
      enteredAt.set(consumerId, now);
    },
    // Who has entered is admitted, and only those who wait can leave.
    leave: () => false,
    standing(consumerId) {
      const since = enteredAt.get(consumerId);
      return since === undefined ? OUTSIDE : { at: 'admitted', since };
    },
    endsAt: () => undefined,
  };
}

/** The queue: everybody who enters is admitted a fixed time later. */
import { BoundedMap } from './bounded-map.js';
import type { QueueDistribution } from './experiences.js';
import { OUTSIDE, PLACES_KEPT } from './standing.js';
import type { Mechanism, Standing } from './standing.js';

export interface QueuePlace {
  readonly enteredAt: number;
  readonly leftAt?: number;
}

/** Which number `place` has in line: one more than those who entered before it and still wait. */
function queuePosition(places: Iterable<QueuePlace>, place: QueuePlace, waitMs: number, now: number): number {
  let position = 1;
  for (const other of places) {
    if (other === place) return position;
    if (other.leftAt === undefined && now < other.enteredAt + waitMs) position += 1;
  }
  return position;
}

/** Where the holder of `place` stands among `places`, which are in the order of entry. */
export function queueStanding(
  place: QueuePlace | undefined,
  places: Iterable<QueuePlace>,
  waitMs: number,
  now: number,
): Standing {
  if (!place) return OUTSIDE;
  if (place.leftAt !== undefined) return { at: 'left', since: place.leftAt };
  const admittedAt = place.enteredAt + waitMs;
  if (now >= admittedAt) return { at: 'admitted', since: admittedAt };
  return {
    at: 'waiting',
    position: queuePosition(places, place, waitMs, now),
    secondsLeft: Math.ceil((admittedAt - now) / 1_000),
  };
}

export function createQueue(distribution: QueueDistribution): Mechanism {
  const waitMs = (distribution.waitSeconds ?? 3) * 1_000;
  const places = new BoundedMap<string, QueuePlace>(PLACES_KEPT);
  return {
    enter(consumerId, now) {
      places.delete(consumerId);
      places.set(consumerId, { enteredAt: now });
    },
    leave(consumerId, now) {
      const place = places.get(consumerId);
      if (!place || place.leftAt !== undefined) return false;
      places.set(consumerId, { ...place, leftAt: now });
      return true;
    },
    standing: (consumerId, now) => queueStanding(places.get(consumerId), places.values(), waitMs, now),
    endsAt: () => undefined,
  };
}

/** An event as a receiver writes it down, and what comes of working it. */

/** Nothing in it may be a secret, and it must be small. */
export interface Mail<Work> {
  /** The sender's id: the same on every redelivery. */
  readonly eventId: string;
  readonly work: Work;
}

/** `later`: it needs what has not come yet, and is tried again as after a fault, without a word. */
export type Worked = 'done' | 'later';

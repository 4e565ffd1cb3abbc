/** Where one consumer stands in one distribution, whatever its mechanism. Times are milliseconds since the epoch. */

/** A consumer's own part in an auction. */
export interface OwnBid {
  readonly amount: string;
  readonly count: number;
  readonly leading: boolean;
}

export type Standing =
  | { readonly at: 'outside' }
  | { readonly at: 'left'; readonly since: number }
  | {
      readonly at: 'waiting';
      readonly position?: number;
      readonly secondsLeft?: number;
      readonly bid?: OwnBid;
    }
  | { readonly at: 'admitted'; readonly since: number; readonly position?: number; readonly bid?: OwnBid }
  | { readonly at: 'lost'; readonly since: number; readonly bid?: OwnBid };

/** The rules of one distribution. Every method is told the time; nothing happens between calls. */
export interface Mechanism {
  /** Gives a consumer a place, in place of any place they had. */
  enter(consumerId: string, now: number): void;
  /** Gives up a place; false when there was none to give up. */
  leave(consumerId: string, now: number): boolean;
  standing(consumerId: string, now: number): Standing;
  /** When what is going on now ends, if something is going on. */
  endsAt(): number | undefined;
}

/** The most consumers one distribution remembers, and the most one round takes. */
export const PLACES_KEPT = 10_000;

export const OUTSIDE: Standing = { at: 'outside' };

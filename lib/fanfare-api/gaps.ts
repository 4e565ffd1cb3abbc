/** What cannot be asked of Fanfare in a dialect, and what a merchant can do about it. */
import type { DistributionType } from '../admission/identity.js';
import type { Clock } from '../clock.js';
import { FanfareError } from '../errors.js';
import type { OnEvent } from '../events.js';
import type { Dialect } from './dialect.js';
import type { Supplied } from './supplied.js';

/** A dialect, and what the merchant's own functions add to it. */
export interface Speech {
  readonly dialect: Dialect;
  readonly supplied: Supplied;
}

/** What a guard relies on. */
export type Needed = 'validate' | 'complete';

/** One sentence, when there is no way at all to do this for admissions of this type. */
export function gapIn(
  { dialect, supplied }: Speech,
  operation: Needed,
  type: DistributionType,
): string | undefined {
  if (dialect[operation][type] !== undefined || supplied[operation] !== undefined) return undefined;
  return gapWords(dialect, operation, type);
}

export function gapWords(dialect: Dialect, operation: Needed, type: DistributionType): string {
  return `the dialect "${dialect.name}" has no "${operation}" for ${type}: give "api.${operation}", or an "api.dialect" that has one`;
}

/** Throws `NOT_IN_DIALECT` for the first of `types` that one of `operations` has no way for. */
export function assertSpoken(
  speech: Speech,
  operations: readonly Needed[],
  types: Iterable<DistributionType>,
): void {
  for (const type of types) {
    const gap = operations
      .map((operation) => gapIn(speech, operation, type))
      .find((one) => one !== undefined);
    if (gap !== undefined) throw new FanfareError('NOT_IN_DIALECT', { message: `Here ${gap}.` });
  }
}

const SAID_EVERY_MS = 60_000;

/** Says each gap that a request or a delivery ran into, at most once a minute. */
export function createGapReport(clock: Clock, emit: OnEvent): (gap: string) => void {
  const silentUntil = new Map<string, number>();
  return (gap) => {
    const now = clock.now();
    if (now < (silentUntil.get(gap) ?? -Infinity)) return;
    silentUntil.set(gap, now + SAID_EVERY_MS);
    emit({
      type: 'fanfare.misconfigured',
      level: 'error',
      message: `Fanfare looks misconfigured: ${gap}.`,
      reason: gap,
    });
  };
}

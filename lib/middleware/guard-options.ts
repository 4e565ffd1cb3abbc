/** The options of a guard, checked when the route is made. */
import type { Conditions } from '../admission/conditions.js';
import { DISTRIBUTION_TYPES, type DistributionType, distributionType, isId } from '../admission/identity.js';
import { checkOptions, kindOf } from '../option-checks.js';
import type { OnPending } from './barrier.js';
import type { ClaimOptions } from './claim-guard.js';
import type { Match } from './context.js';
import type { Guard } from './picking.js';

/** What a page guard asks of an admission; absent = anything fits. */
export interface GuardOptions {
  readonly distributionIds?: readonly string[];
  readonly distributionTypes?: readonly DistributionType[];
  /** An admission whose experience is unknown fits none of these. */
  readonly experienceIds?: readonly string[];
  /** The merchant's own entitlement check; only `true`, or a promise of it, passes. A throw goes to `next(error)`. */
  readonly match?: Match;
}

/** What a submit guard asks, and how it holds the admission. */
export interface ClaimGuardOptions extends GuardOptions {
  /** How long a claim lasts without renewal, in seconds; default 120, at least 10. */
  readonly leaseSeconds?: number;
  /** What happens to a pending attempt of the same session; default `'supersede'`. */
  readonly onPending?: OnPending;
}

/** What each entry of a list must be: the test, and its words for a message. */
export interface Entry {
  readonly isValid: (value: unknown) => boolean;
  readonly words: string;
}

export const AN_ID: Entry = {
  isValid: isId,
  words: 'an id of 1 to 128 of the characters A-Z, a-z, 0-9, "_" and "-"',
};
const A_TYPE: Entry = {
  isValid: (value) => distributionType(value) !== undefined,
  words: `one of ${DISTRIBUTION_TYPES.join(', ')}`,
};
const GUARD_NAMES = ['distributionIds', 'distributionTypes', 'experienceIds', 'match'];
const CLAIM_NAMES = [...GUARD_NAMES, 'leaseSeconds', 'onPending'];

/** Reads a guard's options; `everywhere` are the distributions that all guards of the instance are limited to. */
export function readGuard(
  call: string,
  options: GuardOptions,
  everywhere: ReadonlySet<string> | undefined,
  names: readonly string[] = GUARD_NAMES,
): Guard {
  checkOptions(call, options, names);
  if (options.match !== undefined && typeof options.match !== 'function') {
    throw new TypeError(`${call}: "match" must be a function, got ${kindOf(options.match)}`);
  }
  const distributionIds = readList(call, 'distributionIds', options.distributionIds, AN_ID);
  const experienceIds = readList(call, 'experienceIds', options.experienceIds, AN_ID);
  const types = readList(call, 'distributionTypes', options.distributionTypes, A_TYPE);
  const conditions: Conditions = {
    ...limited(distributionIds, everywhere),
    ...(experienceIds === undefined ? {} : { experienceIds }),
    ...(types === undefined ? {} : { distributionTypes: types }),
  };
  return options.match === undefined ? { conditions } : { conditions, match: options.match };
}

/** Reads what is a claim's own. */
export function readClaim(options: ClaimGuardOptions): ClaimOptions {
  const { leaseSeconds = 120, onPending = 'supersede' } = options;
  if (!Number.isFinite(leaseSeconds) || leaseSeconds < 10 || leaseSeconds > 3_600) {
    throw new TypeError(`claimAdmission: "leaseSeconds" must be 10 to 3600, got ${kindOf(leaseSeconds)}`);
  }
  if (!['supersede', 'refuse'].includes(onPending)) {
    throw new TypeError(
      `claimAdmission: "onPending" must be 'supersede' or 'refuse', got ${kindOf(onPending)}`,
    );
  }
  return { leaseMs: leaseSeconds * 1_000, onPending };
}

export const claimNames: readonly string[] = CLAIM_NAMES;

function limited(
  own: ReadonlySet<string> | undefined,
  everywhere: ReadonlySet<string> | undefined,
): Pick<Conditions, 'distributionIds'> {
  if (own === undefined) return everywhere === undefined ? {} : { distributionIds: everywhere };
  return {
    distributionIds: everywhere === undefined ? own : new Set([...own].filter((id) => everywhere.has(id))),
  };
}

/** A list of valid entries as a set; an empty list would let nobody in and is a mistake. */
export function readList<T extends string>(
  call: string,
  name: string,
  list: readonly T[] | undefined,
  { isValid, words }: Entry,
): ReadonlySet<T> | undefined {
  if (list === undefined) return undefined;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  const wrong = entries.findIndex((entry) => !isValid(entry));
  if (entries.length > 0 && wrong === -1) return new Set(list);
  const got = wrong === -1 ? kindOf(list) : `${kindOf(entries[wrong])} at [${String(wrong)}]`;
  throw new TypeError(`${call}: "${name}" must be a list, each entry ${words}; got ${got}`);
}

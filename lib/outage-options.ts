/** Reading what a merchant wants done while Fanfare cannot be asked. */
import { OUTAGE_POLICIES, type OutagePolicy } from './admission/outage.js';
import type { FanfareOptions } from './fanfare-options.js';
import type { Settings } from './middleware/context.js';
import { checkOptions, kindOf } from './option-checks.js';

/** Strangers are let in only up to a number that the merchant has thought about. */
export function readOutagePolicy({
  onFanfareUnavailable: given = {},
  maxUnverified,
}: FanfareOptions): Pick<Settings, 'onFanfareUnavailable' | 'maxUnverified'> {
  checkOptions('createFanfare: "onFanfareUnavailable"', given, ['page', 'order']);
  const policy = { page: readPolicy('page', given.page), order: readPolicy('order', given.order) };
  const needed = Object.values(policy).includes('allow-unverified');
  if (maxUnverified === undefined && !needed) return { onFanfareUnavailable: policy, maxUnverified: 0 };
  if (typeof maxUnverified === 'number' && Number.isSafeInteger(maxUnverified) && maxUnverified > 0)
    return { onFanfareUnavailable: policy, maxUnverified };
  throw new TypeError(
    `"maxUnverified" must be a whole number above 0, got ${kindOf(maxUnverified)}; 'allow-unverified' lets so many in unchecked while Fanfare is away`,
  );
}

function readPolicy(phase: string, value: OutagePolicy = 'allow-validated'): OutagePolicy {
  if (OUTAGE_POLICIES.includes(value)) return value;
  throw new TypeError(
    `"onFanfareUnavailable.${phase}" must be one of ${OUTAGE_POLICIES.join(', ')}, got ${kindOf(value)}`,
  );
}

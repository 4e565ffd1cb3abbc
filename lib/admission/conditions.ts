/** What a guard asks of an admission, apart from its being good. */
import type { Admission } from './admission.js';
import type { DistributionType } from './identity.js';

/** Absent = anything fits. An admission whose experience is unknown fits no list of experiences. */
export interface Conditions {
  readonly distributionIds?: ReadonlySet<string>;
  readonly distributionTypes?: ReadonlySet<DistributionType>;
  readonly experienceIds?: ReadonlySet<string>;
}

/** Whether an admission is for what this guard guards. */
export function fits(admission: Admission, conditions: Conditions): boolean {
  return (
    routable(admission, conditions) &&
    (conditions.experienceIds === undefined ||
      (admission.experienceId !== undefined && conditions.experienceIds.has(admission.experienceId)))
  );
}

/** The part of {@link fits} that may be judged by a token's own unverified ids, to save Fanfare a call. */
export function routable(
  ids: { readonly distributionId: string; readonly distributionType: DistributionType },
  conditions: Conditions,
): boolean {
  return (
    (conditions.distributionIds?.has(ids.distributionId) ?? true) &&
    (conditions.distributionTypes?.has(ids.distributionType) ?? true)
  );
}

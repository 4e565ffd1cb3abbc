import type { Admission } from '../../lib/admission/admission.js';
import { type Conditions, fits, routable } from '../../lib/admission/conditions.js';

const OF_NO_EXPERIENCE: Admission = {
  id: 'id_1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
};
const ADMISSION: Admission = { ...OF_NO_EXPERIENCE, experienceId: 'exp_1' };

test.each<readonly [string, Conditions, boolean, boolean]>([
  ['no conditions', {}, true, true],
  ['its distribution', { distributionIds: new Set(['queue_2', 'queue_1']) }, true, true],
  ['another distribution', { distributionIds: new Set(['queue_2']) }, false, false],
  ['no distribution', { distributionIds: new Set() }, false, false],
  ['its type', { distributionTypes: new Set(['queue'] as const) }, true, true],
  ['another type', { distributionTypes: new Set(['draw'] as const) }, false, false],
  ['its experience', { experienceIds: new Set(['exp_1']) }, true, true],
  ['another experience, which a token alone cannot tell', { experienceIds: new Set(['exp_2']) }, false, true],
  [
    'all but one met',
    { distributionIds: new Set(['queue_1']), distributionTypes: new Set(['auction'] as const) },
    ...([false, false] as const),
  ],
])('%s', (_what, conditions, expected, mayAsk) => {
  expect([fits(ADMISSION, conditions), routable(ADMISSION, conditions)]).toEqual([expected, mayAsk]);
});

test('an unknown experience fits no list of experiences', () => {
  expect(fits(OF_NO_EXPERIENCE, {})).toBe(true);
  expect(fits(OF_NO_EXPERIENCE, { experienceIds: new Set(['exp_1']) })).toBe(false);
});

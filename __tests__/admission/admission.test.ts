import { type Admission, bareAdmission } from '../../lib/admission/admission.js';

const LEAST: Admission = {
  id: 'id_1',
  consumerId: 'cons_1',
  distributionId: 'queue_1',
  distributionType: 'queue',
};
const WHOLE: Admission = { ...LEAST, experienceId: 'exp_1', admittedAt: 1, expiresAt: 2 };

test('a bare admission is the admission and nothing else', () => {
  expect(bareAdmission({ ...WHOLE, validatedAt: 3, verifiedBy: 'fanfare' } as Admission)).toStrictEqual(
    WHOLE,
  );
});

test('what is not known of it is not there', () => {
  expect(bareAdmission(LEAST)).toStrictEqual(LEAST);
  expect(bareAdmission({ ...LEAST, admittedAt: 0 })).toStrictEqual({ ...LEAST, admittedAt: 0 });
});

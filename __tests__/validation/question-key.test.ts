import fc from 'fast-check';
import type { Question } from '../../lib/admission/verdict.js';
import { questionKey } from '../../lib/validation/question-key.js';
import { question } from './scripted-client.js';

const asker = { dialect: 'gateway', organizationId: 'org_1' };

describe('questionKey', () => {
  it('is a hash, without the token in it', () => {
    expect(questionKey(asker, question)).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(questionKey(asker, question)).toBe(questionKey({ ...asker }, { ...question }));
  });

  it('differs by dialect and organization', () => {
    const keys = [asker, { ...asker, dialect: 'other' }, { ...asker, organizationId: 'org_2' }];
    expect(new Set(keys.map((by) => questionKey(by, question))).size).toBe(3);
  });

  it('is the same for two questions only when every part is', () => {
    const part = fc.string({ unit: fc.constantFrom('a', '1', ':', 'é'), maxLength: 4 });
    const parts = fc.record({ token: part, consumerId: part, distributionId: part });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const asQuestion = (of: typeof one): Question => ({ ...of, distributionType: 'queue' });
        const same = JSON.stringify(one) === JSON.stringify(other);
        return (questionKey(asker, asQuestion(one)) === questionKey(asker, asQuestion(other))) === same;
      }),
    );
  });
});

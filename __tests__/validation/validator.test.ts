import type { Question, Verdict } from '../../lib/admission/verdict.js';
import { question, scripted } from './scripted-client.js';

const yes: Verdict = { answer: 'yes' };
const no: Verdict = { answer: 'no', code: 'ADMISSION_INVALID', status: 200 };
const unknown: Verdict = { answer: 'unknown', reason: 'HTTP 500 Internal Server Error', status: 500 };
const tooMany: Verdict = {
  answer: 'unknown',
  failure: 'busy',
  reason: 'too many validations at once',
  retryAfterSeconds: 1,
};
const stranger = (number: number): Question => ({ ...question, token: `stranger-${String(number)}` });

describe('page', () => {
  it('keeps a yes for 60 seconds', async () => {
    const { validator, clock, asked } = scripted();
    expect(await validator.page(question)).toEqual(yes);
    await clock.advance(59_999);
    expect(await validator.page(question)).toEqual(yes);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await validator.page(question);
    expect(asked).toHaveLength(2);
  });

  it.each([
    ['Fanfare’s answer', 3_000, undefined],
    ['the caller', undefined, 3_000],
    ['the earlier of both', 9_000, 3_000],
    ['the earlier of both, the other way round', 3_000, 9_000],
  ])('keeps a yes no longer than %s lets the admission live', async (_name, told, known) => {
    const start = scripted().clock.now();
    const { validator, clock, asked } = scripted(() =>
      told === undefined ? yes : { answer: 'yes', expiresAt: start + told },
    );
    const limits = known === undefined ? {} : { notAfter: start + known };
    await validator.page(question, limits);
    await clock.advance(2_999);
    await validator.page(question, limits);
    expect(asked).toHaveLength(1);
    expect(validator.kept(question)).toMatchObject(yes);
    await clock.advance(1);
    expect(validator.kept(question)).toBeUndefined();
    await validator.page(question, limits);
    expect(asked).toHaveLength(2);
  });

  it('keeps a no for 5 seconds, even one for an admission that never ends', async () => {
    const { validator, clock, asked } = scripted(() => no);
    await validator.page(question, { notAfter: clock.now() + 1 });
    await clock.advance(4_999);
    expect(await validator.page(question)).toEqual(no);
    expect(asked).toHaveLength(1);
    await clock.advance(1);
    await validator.page(question);
    expect(asked).toHaveLength(2);
  });

  it('does not keep what could not be told', async () => {
    const { validator, asked } = scripted(() => unknown);
    await validator.page(question);
    expect(await validator.page(question)).toEqual(unknown);
    expect(asked).toHaveLength(2);
  });

  it.each<Partial<Question>>([
    { token: 'opaque-token-of-another' },
    { consumerId: 'cons_2' },
    { distributionId: 'queue_2' },
    { distributionType: 'draw' },
    { fingerprint: 'fp_1' },
    { distributionId: 'queue_1cons', consumerId: '_1' },
  ])('asks again for %j', async (other) => {
    const { validator, asked } = scripted();
    await validator.page(question);
    await validator.page({ ...question, ...other });
    expect(asked).toHaveLength(2);
  });

  it('makes one call of 1,000 at once', async () => {
    const { validator, asked, release, clock } = scripted(() => 'hold');
    const calls = Array.from({ length: 1_000 }, () => validator.page(question));
    await clock.advance(0);
    release(yes);
    expect(await Promise.all(calls)).toEqual(Array.from({ length: 1_000 }, () => yes));
    expect(asked).toHaveLength(1);
  });

  it('keeps 10,000 and drops the oldest first', async () => {
    const { validator, asked } = scripted();
    for (let number = 0; number < 10_001; number += 1) await validator.page(stranger(number));
    expect(validator.kept(stranger(0))).toBeUndefined();
    expect(validator.kept(stranger(1))).toEqual(yes);
    expect(asked).toHaveLength(10_001);
  });
});

describe('submit', () => {
  it('neither reads nor writes what pages keep', async () => {
    const { validator, asked } = scripted();
    await validator.page(question);
    await validator.submit(question);
    expect(asked).toHaveLength(2);
    await validator.submit(stranger(1));
    expect(validator.kept(stranger(1))).toBeUndefined();
    await validator.page(stranger(1));
    expect(asked).toHaveLength(4);
  });

  it('shares a running submit’s call, never a page’s, and never one that has ended', async () => {
    const { validator, asked, release, clock } = scripted(() => 'hold');
    const page = validator.page(question);
    const first = validator.submit(question);
    const second = validator.submit(question);
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    release(yes);
    expect(await Promise.all([page, first, second])).toEqual([yes, yes, yes]);
    const third = validator.submit(question);
    await clock.advance(0);
    expect(asked).toHaveLength(3);
    release(no);
    expect(await third).toEqual(no);
  });
});

describe('kept', () => {
  it('tells what pages were told, and nothing of strangers', async () => {
    const { validator } = scripted((about) => (about.token === question.token ? yes : no));
    expect(validator.kept(question)).toBeUndefined();
    await validator.page(question);
    await validator.page(stranger(1));
    expect(validator.kept(question)).toEqual(yes);
    expect(validator.kept(stranger(1))).toEqual(no);
    expect(validator.kept({ ...question, consumerId: 'cons_2' })).toBeUndefined();
  });
});

describe('too many at once', () => {
  const many = (count: number, ask: (about: Question) => Promise<Verdict>): Promise<Verdict>[] =>
    Array.from({ length: count }, (_, number) => ask(stranger(number)));

  it('runs 50 pages, keeps 100 waiting, and tells the rest to come back', async () => {
    const { validator, asked, release, clock, waited } = scripted(() => 'hold');
    const calls = many(151, (about) => validator.page(about));
    expect(await calls[150]).toEqual(tooMany);
    expect(asked).toHaveLength(50);
    await clock.advance(700);
    for (let round = 0; round < 3; round += 1) {
      release(yes);
      await clock.advance(0);
    }
    expect((await Promise.all(calls.slice(0, 150))).every(({ answer }) => answer === 'yes')).toBe(true);
    expect(waited.slice(0, 50)).toEqual(Array.from({ length: 50 }, () => 0));
    expect(waited.slice(50)).toEqual(Array.from({ length: 100 }, () => 700));
  });

  it('leaves submits their own 50 and 1,000', async () => {
    const { validator, asked, clock } = scripted(() => 'hold');
    void many(500, (about) => validator.page(about));
    const submits = many(1_051, (about) => validator.submit(about));
    expect(await submits[1_050]).toEqual(tooMany);
    await clock.advance(0);
    expect(asked).toHaveLength(100);
  });

  it('is not remembered against a token', async () => {
    const { validator, release, clock } = scripted(() => 'hold');
    const calls = many(151, (about) => validator.page(about));
    await calls[150];
    for (let round = 0; round < 3; round += 1) {
      release(yes);
      await clock.advance(0);
    }
    const again = validator.page(stranger(150));
    await clock.advance(0);
    release(yes);
    expect(await again).toEqual(yes);
  });
});

describe('a client that breaks its promise', () => {
  it('and throws could not tell, and holds nothing up', async () => {
    const { validator } = scripted(() => {
      throw Object.assign(new Error(question.token), { code: 'EBROKEN' });
    });
    const reason = 'the question could not be asked (EBROKEN)';
    const verdict = { answer: 'unknown', failure: 'fault', reason };
    expect(await validator.page(question)).toEqual(verdict);
    expect(await validator.submit(question)).toEqual(verdict);
    expect(await Promise.all([validator.page(question), validator.page(question)])).toEqual([
      verdict,
      verdict,
    ]);
  });
});

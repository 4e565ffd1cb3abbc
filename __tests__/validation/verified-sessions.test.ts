import { rememberVerified } from '../../lib/validation/verified-sessions.js';

const now = 1_700_000_000_000;

/** A remembered verification that accepts texts from `good` on, until a minute from now, and counts its work. */
function counted() {
  const verified: string[] = [];
  const check = rememberVerified((text) => {
    verified.push(text);
    return text.startsWith('good') ? { text, until: now + 60_000 } : undefined;
  });
  return { check, verified };
}

describe('rememberVerified', () => {
  it('verifies a good text once, and gives the very same value again', () => {
    const { check, verified } = counted();
    const first = check('good', now);
    expect(first).toEqual({ text: 'good', until: now + 60_000 });
    expect(check('good', now + 59_999)).toBe(first);
    expect(verified).toEqual(['good']);
  });

  it('verifies again from the end on', () => {
    const { check, verified } = counted();
    check('good', now);
    expect(check('good', now + 60_000)).toEqual({ text: 'good', until: now + 60_000 });
    expect(verified).toHaveLength(2);
    check('good', now);
    expect(verified).toHaveLength(3);
  });

  it('remembers no failure', () => {
    const { check, verified } = counted();
    expect(check('bad', now)).toBeUndefined();
    expect(check('bad', now)).toBeUndefined();
    expect(verified).toHaveLength(2);
  });

  it('tells texts apart by every character', () => {
    const { check } = counted();
    check('good', now);
    expect(check('good ', now)).toEqual({ text: 'good ', until: now + 60_000 });
    expect(check('gooD', now)).toBeUndefined();
  });

  it('holds 10,000, and junk pushes none of them out', () => {
    const { check, verified } = counted();
    for (let number = 0; number < 10_000; number += 1) check(`good${String(number)}`, now);
    for (let number = 0; number < 10_000; number += 1) check(`bad${String(number)}`, now);
    verified.length = 0;
    check('good0', now);
    expect(verified).toEqual([]);
    check('good-one-more', now);
    check('good1', now);
    expect(verified).toEqual(['good-one-more', 'good1']);
  });
});

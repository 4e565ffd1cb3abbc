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
    const first = check('good.mac', now);
    expect(first).toMatchObject({ text: 'good.mac', until: now + 60_000 });
    expect(check('good.mac', now + 59_999)).toBe(first);
    expect(verified).toEqual(['good.mac']);
  });

  it('verifies again from the end on', () => {
    const { check, verified } = counted();
    check('good.mac', now);
    expect(check('good.mac', now + 60_000)).toMatchObject({ text: 'good.mac', until: now + 60_000 });
    expect(verified).toHaveLength(2);
    check('good.mac', now);
    expect(verified).toHaveLength(3);
  });

  it('remembers no failure', () => {
    const { check, verified } = counted();
    expect(check('bad.mac', now)).toBeUndefined();
    expect(check('bad.mac', now)).toBeUndefined();
    expect(verified).toHaveLength(2);
  });

  it.each([
    'gooD.mac',
    'good.Mac',
    'good.mac ',
    'good.',
    'good',
    '.mac',
    'mac',
    'goo.d.mac',
    'good..mac',
    'good.good.mac',
  ])('takes %p for no text that it knows', (other) => {
    const { check, verified } = counted();
    check('good.mac', now);
    expect(check(other, now)).toEqual(
      other.startsWith('good') ? expect.objectContaining({ text: other }) : undefined,
    );
    expect(verified).toEqual(['good.mac', other]);
  });

  it('keeps what it knows when somebody shows its signature under another text', () => {
    const { check, verified } = counted();
    check('good.mac', now);
    check('bad.mac', now);
    check('good.mac', now);
    expect(verified).toEqual(['good.mac', 'bad.mac']);
  });

  it('holds 10,000, and junk pushes none of them out', () => {
    const { check, verified } = counted();
    for (let number = 0; number < 10_000; number += 1) check(`good.${String(number)}`, now);
    for (let number = 0; number < 10_000; number += 1) check(`bad.junk${String(number)}`, now);
    verified.length = 0;
    check('good.0', now);
    expect(verified).toEqual([]);
    check('good.one-more', now);
    check('good.1', now);
    expect(verified).toEqual(['good.one-more', 'good.1']);
  });
});

/** `docs/errors.md` has one section for each code, with its status. */
import { answerOf, type FanfareErrorCode } from '../lib/errors.js';
import { page } from './support/pages.js';

const [, ...parts] = page('docs/errors.md').split(/^## /m);
const told = new Map(parts.map((part) => [/^`([A-Z_]+)`\n/.exec(part)?.[1] ?? part, part]));
const codes = [...page('lib/errors.ts').matchAll(/^ {2}([A-Z_]+): \{/gm)].map(
  ([, code = '']) => code as FanfareErrorCode,
);

test('one heading a code, and no other', () => {
  expect(codes.length).toBeGreaterThan(10);
  expect([...told.keys()].sort()).toEqual([...codes].sort());
});

test.each(codes)('%s tells its status, whether to try again, and what to do', (code) => {
  const { status, retryAfterSeconds } = answerOf(code);
  const [, first = ''] = (told.get(code) ?? '').split('\n\n');
  expect(first).toMatch(new RegExp(`^${String(status)}\\b`));
  expect(first.includes('`Retry-After`')).toBe(retryAfterSeconds !== undefined);
  expect(told.get(code)).toMatch(/^(The shopper|You): /m);
});

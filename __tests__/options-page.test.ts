/** `docs/options.md` has a row for each option, and for nothing else. */
import { declaredOptions } from './support/declared-options.js';
import { page } from './support/pages.js';

const [OF_INSTANCE = '', OF_GUARD = ''] = page('docs/options.md').split(/^## Of a guard$/m);

function rows(text: string): readonly string[] {
  return [...text.matchAll(/^\| `([^|]+)` +\|/gm)].flatMap(([, names = '']) => names.split('`, `')).sort();
}

test('every option of createFanfare', () => {
  const groups = ['api', 'session', 'handoff', 'validation'];
  const declared = declaredOptions('lib/fanfare-options.ts', 'FanfareOptions', groups);
  expect(declared).toContain('session.secrets');
  expect(rows(OF_INSTANCE)).toEqual([...declared].sort());
});

test('every option of a guard', () => {
  const declared = declaredOptions('lib/middleware/guard-options.ts', 'ClaimGuardOptions');
  expect(declared).toContain('match');
  expect(rows(OF_GUARD)).toEqual([...declared].sort());
});

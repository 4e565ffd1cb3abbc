/** `docs/events.md` tells of every event and every field of it, and of nothing else. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { declaredEvents } from './support/declared-events.js';

const ROOT = join(__dirname, '..');
const PAGE = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');

function sections(): Map<string, string> {
  const [, ...parts] = PAGE.split(/^### /m);
  return new Map(
    parts.map((part) => {
      const [, type = '', text = ''] = /^`([^`]+)`\n\n([^\n]*)/.exec(part) ?? [];
      return [type, text];
    }),
  );
}

const LEVELS = ['error', 'info', 'warn'];
const known = declaredEvents();
const told = sections();

test('the page has a section for each event, and for nothing else', () => {
  expect(known.size).toBeGreaterThan(30);
  expect([...told.keys()].sort()).toEqual([...known.keys()].sort());
});

test.each([...known])('the section of %s tells its levels and its fields', (type, { levels, fields }) => {
  const text = told.get(type) ?? '';
  const [level = '', ...rest] = text.split('. ');
  const quoted = (part: string): string[] => [...part.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);
  expect(
    quoted(level)
      .filter((word) => LEVELS.includes(word))
      .sort(),
  ).toEqual(levels);
  const words = quoted(rest.join('. '));
  expect(words).toEqual(expect.arrayContaining([...fields]));
});

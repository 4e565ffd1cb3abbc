/** Every link of every page leads somewhere, down to the heading. */
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { page, PAGES, ROOT } from './support/pages.js';

/** Where the project's pages may lead outside. */
const OUTSIDE = ['https://fanfare.io', 'https://stryker-mutator.io'];

function prose(path: string): string {
  return page(path)
    .replace(/^```[\s\S]*?^```/gm, '')
    .replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]()]/g, ''));
}

function targets(path: string): readonly string[] {
  return [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** As GitHub makes them. */
function anchors(path: string): readonly string[] {
  return [
    ...page(path)
      .replace(/^```[\s\S]*?^```/gm, '')
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = '']) =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test.each(PAGES)('the links of %s', (path) => {
  for (const target of targets(path)) {
    if (/^[a-z]+:/.test(target)) {
      expect(OUTSIDE).toContain(target);
      continue;
    }
    const [file = '', anchor] = target.split('#');
    const found = file === '' ? path : normalize(join(dirname(path), file));
    expect([target, existsSync(join(ROOT, found))]).toEqual([target, true]);
    if (anchor !== undefined) expect(anchors(found)).toContain(anchor);
  }
});

test('every page of docs/ is in its index, and the index in the README', () => {
  const listed = targets('docs/README.md').map((target) => normalize(join('docs', target)));
  const pages = PAGES.filter((path) => /^docs\/[^/]+\.md$/.test(path) && path !== 'docs/README.md');
  expect(listed).toEqual(expect.arrayContaining(pages));
  expect(targets('README.md')).toContain('docs/README.md');
});

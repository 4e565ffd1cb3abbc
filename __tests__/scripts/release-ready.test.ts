/** What stands between a tag and a publication. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';

const SCRIPT = resolve(__dirname, '../../scripts/release-ready.mjs');
const REPOSITORY = 'github:a-shop/express-fanfare';
const READY = '# Changelog\n\n## 1.2.0 (2026-11-24)\n\n### Added\n\n- A thing.\n\n## 1.1.0\n\n- Another.\n';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => {
  removeFolder(folder);
});

/** What the script says of a folder with this changelog; nothing when it may be published. */
function said(changelog: string, tag = 'v1.2.0', manifest: object = { repository: REPOSITORY }): string {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ version: '1.2.0', ...manifest }));
  writeFileSync(join(folder, 'CHANGELOG.md'), changelog);
  const { status, stderr } = spawnSync(process.execPath, [SCRIPT, tag], { cwd: folder, encoding: 'utf8' });
  expect(status === 0).toBe(stderr === '');
  return stderr;
}

test('lets a described version go out under its own tag', () => {
  expect(said(READY)).toBe('');
  expect(said(READY.replace('\n## 1.2.0', '\n## Unreleased\n\n## 1.2.0'))).toBe('');
});

test.each([
  [
    'everything is still unreleased',
    '# Changelog\n\n## Unreleased\n\n- A thing.\n',
    /under Unreleased[^]*no section for 1\.2\.0/,
  ],
  [
    'something came after the version',
    READY.replace('## 1.2.0', '## Unreleased\n\n- More.\n\n## 1.2.0'),
    /under Unreleased/,
  ],
  [
    'the version is called unreleased',
    READY.replace('(2026-11-24)', '(Unreleased)'),
    /1\.2\.0 is unreleased/,
  ],
  [
    'nothing is said about the version',
    '# Changelog\n\n## 1.2.0\n\n## 1.1.0\n\n- Another.\n',
    /nothing about 1\.2\.0/,
  ],
  ['only a longer version is described', READY.replace('1.2.0', '1.2.0-rc.1'), /no section for 1\.2\.0/],
])('refuses while %s', (_why, changelog, reason) => {
  expect(said(changelog)).toMatch(reason);
});

test('refuses the tag of another version, and a package that names no repository', () => {
  expect(said(READY, 'v1.3.0')).toMatch(/tag is v1\.3\.0/);
  expect(said(READY, 'v1.2.0', {})).toMatch(/no "repository"/);
});

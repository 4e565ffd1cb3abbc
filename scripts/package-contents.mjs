// What the tarball holds and weighs.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commands, declarations, manifest, root, subpaths } from './entries.mjs';

/** Bytes unpacked, without the browser and emulator wings, which a shop never loads. */
const LARGEST = 915_000;
/** Bytes of `node_modules`, the packages that we need included. */
const LARGEST_INSTALLED = 4 * 1024 ** 2;
const OUTSIDE = /^dist\/(browser|emulator|shared\/create-emulator)\b/;
/** npm runs these on a user's machine. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish'];

/** Packs into `folder` and returns the tarball's path. */
export function pack(folder) {
  const said = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  const [{ filename, files }] = JSON.parse(said);
  const paths = files.map(({ path }) => path);
  const allowed = /^(dist\/.+\.(m?js|d\.m?ts)|[A-Z]+(\.md)?|package\.json)$/;
  assert.deepEqual(
    paths.filter((path) => !allowed.test(path)),
    [],
    'only what users need',
  );
  for (const { name } of [...subpaths, ...commands])
    assert.ok(paths.includes(`dist/${name}.js`), `${name} is packed`);
  for (const { subpath, types } of declarations.filter(({ subpath }) => subpath !== '.')) {
    const older = manifest.typesVersions['*'][subpath.slice(2)];
    assert.deepEqual(older, [types], `typesVersions of package.json names ${subpath}`);
  }
  assert.deepEqual(
    INSTALL_SCRIPTS.filter((script) => script in manifest.scripts),
    [],
    'nothing runs at installation',
  );
  const size = sum(files.filter(({ path }) => !OUTSIDE.test(path)).map((file) => file.size));
  console.log(`packed ${files.length} files, ${size} bytes without the wings`);
  assert.ok(size <= LARGEST, `${size} bytes without the wings are more than ${LARGEST}`);
  return join(folder, filename);
}

/** Looks at a project that has installed our tarball and nothing else. */
export function weigh(folder) {
  const modules = join(folder, 'node_modules');
  const files = readdirSync(modules, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const size = sum(files.map((file) => statSync(join(file.parentPath, file.name)).size));
  console.log(`installed ${size} bytes, dependencies included`);
  assert.ok(size <= LARGEST_INSTALLED, `${size} bytes installed are more than ${LARGEST_INSTALLED}`);
}

function sum(sizes) {
  return sizes.reduce((total, size) => total + size, 0);
}

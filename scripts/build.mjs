// Bundles lib/ into dist/: one file of what every shop needs at once, a file for each thing loaded on first need, and
// small ones for the subpaths. Why: docs/decisions/0026-bundled.md.
import { rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';
import { commands, root, subpaths } from './entries.mjs';

const lib = join(root, 'lib');
const dist = join(root, 'dist');

const inputOf = (entries) => Object.fromEntries(entries.map(({ name }) => [name, join(lib, `${name}.ts`)]));
const isPackage = (id) => !/^[./]/.test(id);

/** A `require` of one of our own modules stays what it says: not before it is called, and from a file of its own. */
const onFirstNeed = {
  name: 'on-first-need',
  resolveId(source, importer, { kind }) {
    if (kind !== 'require-call' || isPackage(source)) return null;
    const built = join(dirname(importer), source);
    const id = built.replace(/\.js$/, '.ts');
    this.emitFile({ type: 'chunk', id, fileName: relative(lib, built) });
    return { id: built, external: 'relative' };
  },
};

/** One character beyond ASCII, and V8 keeps the whole file with two bytes for each; all of ours stand in texts. */
const ascii = {
  name: 'ascii',
  generateBundle(_options, chunks) {
    for (const chunk of Object.values(chunks)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Nothing that we export is assigned anew, so a file hands over the things themselves, in place of a function for each. */
const plainExports = {
  name: 'plain-exports',
  renderChunk: (code) =>
    code.replace(
      /^Object\.defineProperty\(exports, "(\w+)", \{\s+enumerable: true,\s+get: function \(\) \{\s+return ([\w$]+);\s+\}\s+\}\);$/gm,
      'exports.$1 = $2;',
    ),
};

/** Everything that `lib/index.ts` imports, and what that imports: one chunk. */
function core() {
  const needed = new Set();
  const need = (id, context) => {
    if (needed.has(id)) return;
    needed.add(id);
    for (const imported of context.getModuleInfo(id)?.importedIds ?? []) need(imported, context);
  };
  return (id, context) => {
    need(join(lib, 'index.ts'), context);
    return needed.has(id) ? 'core' : null;
  };
}

async function bundle(input, plugins, output) {
  const build = await rolldown({
    ...{ input, plugins, platform: 'node', external: isPackage, cwd: root },
    checks: { bundlerTimings: false, pluginTimings: false },
  });
  await build.write({ dir: dist, ...output });
  await build.close();
}

rmSync(dist, { recursive: true, force: true });
await bundle(inputOf([...subpaths, ...commands]), [onFirstNeed, plainExports, ascii], {
  format: 'cjs',
  strict: true,
  esModule: true,
  generatedCode: { symbols: false },
  // The declarations carry what users read; the names of the files stay, for whoever follows a stack trace.
  comments: false,
  chunkFileNames: 'shared/[name].js',
  codeSplitting: { groups: [{ debugName: 'core', name: core() }] },
});
await bundle(inputOf(subpaths), [dts({ emitDtsOnly: true, tsconfig: join(root, 'tsconfig.json') })], {
  format: 'es',
  chunkFileNames: 'shared/[name].ts',
});

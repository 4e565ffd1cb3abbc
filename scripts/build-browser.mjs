// Builds the browser's half: for importers (ESM and CommonJS, with types) and, minified, as the one script that the
// shop serves, which the server half carries as a text so that a bundled shop has it, too.
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { dts } from 'rolldown-plugin-dts';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'lib/browser');
const TARGET = 'es2022';

async function generate(entry, output) {
  const bundle = await rolldown({
    input: join(SOURCE, entry),
    tsconfig: join(SOURCE, 'tsconfig.json'),
    platform: 'browser',
    transform: { target: TARGET },
  });
  try {
    const [{ code }] = (await bundle.generate(output)).output;
    return code;
  } finally {
    await bundle.close();
  }
}

/** Writes `served.js`, which exports the script's text. */
export async function buildServed(folder) {
  mkdirSync(folder, { recursive: true });
  const code = await generate('served.ts', { format: 'esm', minify: true });
  writeFileSync(join(folder, 'served.js'), `module.exports = ${JSON.stringify(code)};\n`);
}

/** Writes `index.mjs` and `index.js`, each with its types. */
export async function buildImported(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'index.mjs'), await generate('index.ts', { format: 'esm' }));
  writeFileSync(join(folder, 'index.js'), await generate('index.ts', { format: 'cjs' }));
  const bundle = await rolldown({
    input: join(SOURCE, 'index.ts'),
    plugins: [dts({ emitDtsOnly: true, tsconfig: join(SOURCE, 'tsconfig.json') })],
  });
  await bundle.write({ dir: folder, format: 'es' });
  await bundle.close();
  copyFileSync(join(folder, 'index.d.ts'), join(folder, 'index.d.mts'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(ROOT, 'dist/browser');
  await buildServed(folder);
  await buildImported(folder);
}

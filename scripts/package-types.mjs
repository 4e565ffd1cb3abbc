// The declarations, checked as users of each kind of TypeScript project check them.
import { createRequire } from 'node:module';
import { join } from 'node:path';

const OURS = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const KINDS = {
  node16: { module: 'node16' },
  nodenext: { module: 'nodenext' },
  commonjs: { module: 'commonjs' },
  bundler: { module: 'esnext', moduleResolution: 'bundler' },
};
/** Where `module: commonjs` still means that `exports` is not read. */
const OLDER_TYPESCRIPT = 'typescript@5.9';

/** Checks `types/<name>.ts` under every kind. */
export function checkTypes(stranger, name) {
  const check = (tsc, kind) => {
    const compilerOptions = {
      ...{ target: 'es2022', lib: ['es2023'], strict: true, noEmit: true, types: ['node'] },
      ...{ esModuleInterop: true, exactOptionalPropertyTypes: true, ...KINDS[kind] },
    };
    stranger.write('tsconfig.json', { compilerOptions, files: [`types/${name}.ts`] });
    stranger.run(process.execPath, tsc, '-p', '.');
  };
  for (const kind of Object.keys(KINDS)) check(OURS, kind);
  check(join(stranger.folder, 'node_modules/typescript/bin/tsc'), 'commonjs');
  console.log(`types/${name}.ts compiles under ${Object.keys(KINDS).join(', ')}`);
}

/** What {@link checkTypes} needs to be installed. */
export const TYPES = [OLDER_TYPESCRIPT, '@types/node@20'];

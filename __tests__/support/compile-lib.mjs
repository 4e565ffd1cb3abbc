// The library as plain JavaScript, file by file and without checking types. What has not changed since is left as it is.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const LIB = join(import.meta.dirname, '../../lib');
const BROWSER = join(LIB, 'browser');

/** Makes `target` the CommonJS of `lib`, but for the browser's half. */
export async function compileLib(target) {
  const sources = filesIn(LIB, '.ts').filter((file) => !file.startsWith(BROWSER));
  const made = new Map(sources.map((source) => [madeOf(source, target), source]));
  mkdirSync(target, { recursive: true });
  for (const file of filesIn(target, '.js')) if (!made.has(file)) rmSync(file);
  const changed = [...made].filter(([file, source]) => timeOf(file) !== timeOf(source));
  if (changed.length === 0) return;
  const { default: ts } = await import('typescript');
  const compilerOptions = {
    module: ts.ModuleKind.CommonJS,
    target: ts.ScriptTarget.ES2022,
    esModuleInterop: true,
  };
  for (const [file, source] of changed) {
    const { outputText } = ts.transpileModule(readFileSync(source, 'utf8'), { compilerOptions });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, outputText);
    // The very time of the source, which may be replaced by an older one.
    utimesSync(file, timeOf(source) / 1_000, timeOf(source) / 1_000);
  }
}

function filesIn(folder, ending) {
  const names = readdirSync(folder, { recursive: true });
  return names.filter((name) => name.endsWith(ending)).map((name) => join(folder, name));
}

function madeOf(source, target) {
  return join(target, relative(LIB, source).replace(/\.ts$/, '.js'));
}

/** When it was written, in whole milliseconds; absent: there is none. */
function timeOf(file) {
  const stats = statSync(file, { throwIfNoEntry: false });
  return stats && Math.round(stats.mtimeMs);
}

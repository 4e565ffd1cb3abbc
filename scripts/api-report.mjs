// The public interface as text, one report for each subpath in etc/, so that a change to it is seen and meant.
// Writes the reports; with `--check` it only compares them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Extractor, ExtractorConfig } from '@microsoft/api-extractor';
import { declarations, root } from './entries.mjs';

const reportFolder = join(root, 'etc');
const reportTempFolder = mkdtempSync(join(tmpdir(), 'express-fanfare-api-'));
const isCheck = process.argv.includes('--check');

/** Whether the report of one subpath is as it was. */
function report({ subpath, types }) {
  const config = ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, types),
      compiler: {
        overrideTsconfig: {
          compilerOptions: { module: 'nodenext', strict: true, lib: ['es2023', 'dom'], types: ['node'] },
        },
      },
      apiReport: {
        ...{ enabled: true, reportFolder, reportTempFolder },
        reportFileName: `${subpath === '.' ? 'index' : basename(subpath)}.api.md`,
      },
      // Which types are exported and how they are documented is for people to judge: this is about changes.
      messages: {
        compilerMessageReporting: { default: { logLevel: 'error' } },
        extractorMessageReporting: { default: { logLevel: 'none' } },
        tsdocMessageReporting: { default: { logLevel: 'none' } },
      },
    },
  });
  const { apiReportChanged, errorCount } = Extractor.invoke(config, {
    localBuild: !isCheck,
    messageCallback: (message) => {
      if (message.logLevel !== 'error') message.handled = true;
    },
  });
  if (errorCount > 0) throw new Error(`the types of ${subpath} cannot be read`);
  return !apiReportChanged;
}

try {
  mkdirSync(reportFolder, { recursive: true });
  const changed = declarations
    .filter((entry) => !report(entry))
    .map(({ subpath }) => `express-fanfare${subpath.slice(1)}`);
  if (changed.length > 0 && isCheck) {
    console.error(`The public interface has changed: ${changed.join(', ')}.
If that is meant, run "npm run api", look at what "git diff etc" shows, and commit it.`);
    process.exitCode = 1;
  }
} finally {
  rmSync(reportTempFolder, { recursive: true });
}

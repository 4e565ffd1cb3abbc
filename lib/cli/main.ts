#!/usr/bin/env node
/** What `npx express-fanfare` starts. */
import { run } from './run.js';

const terminal = {
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
  stopped: () =>
    new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          resolve();
        });
      }
    }),
};

void run(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
});

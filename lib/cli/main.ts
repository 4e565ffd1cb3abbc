#!/usr/bin/env node
/** What `npx express-fanfare` starts. */
import { createInterface } from 'node:readline';
import { systemClock } from '../clock.js';
import { run } from './run.js';

const somebodyIsThere = process.stdin.isTTY && process.stderr.isTTY;

const terminal = {
  clock: systemClock,
  environment: process.env,
  out: (text: string) => process.stdout.write(text),
  err: (text: string) => process.stderr.write(text),
  ...(somebodyIsThere ? { ask } : {}),
  stopped: () =>
    new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) {
        process.once(signal, () => {
          resolve();
        });
      }
    }),
};

/** The question goes to stderr, so that stdout stays what it was asked for; Ctrl+C and Ctrl+D are no answer. */
function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    lines.once('close', () => {
      resolve('');
    });
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

// Looked at in the end: what is half done, because nobody hears of it, is worse.
let lost: Error | undefined;
process.stdout.on('error', (error) => {
  lost ??= error;
});

/** Whoever closed the pipe, as `head` does, has read enough. */
function complaintOf(error: NodeJS.ErrnoException | null | undefined): string {
  if (!error || error.code === 'EPIPE') return '';
  process.exitCode = 1;
  return `The output could not be written: ${error.message}\n`;
}

// A process that runs out of work before it has its code has not done what it was asked to.
process.exitCode = 1;
void run(process.argv.slice(2), terminal).then((code) => {
  process.exitCode = code;
  // A server that is silent must not keep the process; what was written must be out before it ends.
  process.stdout.write('', (error) => {
    process.stderr.write(complaintOf(lost ?? error), () => process.exit());
  });
});

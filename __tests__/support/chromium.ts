/** A real Chromium for a test file: Debian's, or the one that `CHROMIUM` names. */
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const EXECUTABLE = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** For a test that would otherwise hang; every step waits for what it needs, never for a time. */
const WAIT_MS = 240_000;
/** Chromium may never answer who closes a page while it goes to another one out of its back/forward cache. */
const CLOSING_MS = 5_000;

/** Opens browsers that know nothing of each other. */
export interface Chromium {
  context(): Promise<BrowserContext>;
  /** A page of a new browser. */
  page(): Promise<Page>;
}

/** Declares tests that need a browser; without one they are skipped by name. */
export function describeWithChromium(title: string, body: (chromium: Chromium) => void): void {
  const declare = existsSync(EXECUTABLE) ? describe : describe.skip;
  declare(existsSync(EXECUTABLE) ? title : `${title} (install chromium)`, () => {
    let browser: Browser;
    let pid: number;
    const contexts: BrowserContext[] = [];
    const start = async (): Promise<void> => {
      browser = await launch();
      pid = await processOf(browser);
    };
    beforeAll(start);
    afterEach(async () => {
      if (await haveClosed(contexts.splice(0))) return;
      process.kill(pid, 'SIGKILL');
      await start();
    });
    afterAll(() => browser.close());
    const context = async (): Promise<BrowserContext> => {
      const opened = await browser.newContext();
      opened.setDefaultTimeout(WAIT_MS);
      contexts.push(opened);
      return opened;
    };
    body({ context, page: async () => (await context()).newPage() });
  });
}

function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: QUIET,
    // Shoppers go back and forward, and their browsers keep pages for that.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
    timeout: WAIT_MS,
  });
}

async function processOf(browser: Browser): Promise<number> {
  const devtools = await browser.newBrowserCDPSession();
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  return processInfo.find(({ type }) => type === 'browser')!.id;
}

/** Whether they close in time. */
async function haveClosed(contexts: readonly BrowserContext[]): Promise<boolean> {
  const late = new AbortController();
  const limit = delay(CLOSING_MS, false, { signal: late.signal });
  // Those that never answer reject when their browser is killed.
  const closed = Promise.allSettled(contexts.map((context) => context.close()));
  const inTime = await Promise.race([closed.then(() => true), limit]);
  late.abort();
  return inTime;
}

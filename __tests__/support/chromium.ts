/** A real Chromium for a test file: Debian's, or the one that `CHROMIUM` names. */
import { existsSync } from 'node:fs';
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
const WAIT_MS = 60_000;

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
    const contexts: BrowserContext[] = [];
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: EXECUTABLE,
        args: QUIET,
        // Shoppers go back and forward, and their browsers keep pages for that.
        ignoreDefaultArgs: ['--disable-back-forward-cache'],
        timeout: WAIT_MS,
      });
    });
    afterEach(async () => {
      for (const context of contexts.splice(0)) await context.close();
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

/** Where a token could turn up: what this process prints and writes, what goes over the wire, what the browser keeps. */
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { BrowserContext, Frame, Page } from 'playwright-core';
import type { Next } from '../../lib/index.js';

/** Everything this process prints. */
export function printed(): { text(): string } {
  const lines: string[] = [];
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
    jest.spyOn(stream, 'write').mockImplementation((...args: unknown[]) => {
      lines.push(String(args[0]));
      return write(...args);
    });
  }
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const)
    jest.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      lines.push(args.map(String).join(' '));
    });
  process.on('warning', (warning) => lines.push(String(warning.stack)));
  return { text: () => lines.join('\n') };
}
/** What goes over the wire: each request as it came, and each answer whole. */
export interface Wiretap {
  readonly sent: string[];
  readonly got: string[];
  readonly before: (req: IncomingMessage, res: ServerResponse, next?: Next) => void;
}

export function wiretap(): Wiretap {
  const [sent, got]: [string[], string[]] = [[], []];
  return {
    sent,
    got,
    before: (req, res, next) => {
      const originalUrl = String((req as { originalUrl?: string }).originalUrl ?? req.url);
      sent.push(`${originalUrl} ${req.rawHeaders.join(' ')}`);
      const end = res.end.bind(res) as (...args: unknown[]) => typeof res;
      res.end = (...args: unknown[]) => {
        end(...args);
        const [body] = args;
        const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '';
        got.push(`${originalUrl} ${JSON.stringify(res.getHeaders())} ${text}`);
        return res;
      };
      next?.();
    },
  };
}

interface Entry {
  readonly url: string;
  readonly title: string;
}

/**
 * All that the browser keeps of a page: the address bar, the history, the storages, what the page can read. (Chromium also
 * remembers, in memory and shown to nobody, which address a tab had asked for before it was redirected.)
 */
export async function keptBy(page: Page): Promise<Readonly<Record<string, string>>> {
  const devtools = await page.context().newCDPSession(page);
  const { entries } = (await devtools.send('Page.getNavigationHistory')) as { entries: Entry[] };
  return { ...(await keptIn(page)), history: JSON.stringify(entries.map(({ url, title }) => [url, title])) };
}

/** What a page or a frame can read. */
export async function keptIn(page: Page | Frame): Promise<Readonly<Record<string, string>>> {
  const inPage = await page.evaluate(() => {
    // In a frame of another site the browser may keep nothing at all.
    const storage = (name: 'sessionStorage' | 'localStorage'): string => {
      try {
        return JSON.stringify(globalThis[name]);
      } catch {
        return 'blocked';
      }
    };
    return {
      session: storage('sessionStorage'),
      local: storage('localStorage'),
      cookie: document.cookie,
      referrer: document.referrer,
      state: JSON.stringify(history.state),
      html: document.documentElement.outerHTML,
      resources: JSON.stringify(performance.getEntries().map(({ name }) => name)),
    };
  });
  return { ...inPage, url: page.url() };
}

export function filesIn(directory: string): string {
  return readdirSync(directory)
    .map((name) => readFileSync(join(directory, name), 'latin1'))
    .join('\n');
}

/** Every spelling that would give it away. */
const spellings = (token: string): readonly string[] => [
  token,
  encodeURIComponent(token),
  Buffer.from(token).toString('base64').replace(/=+$/, ''),
  Buffer.from(token).toString('base64url'),
];
export const holds = (text: string, token: string): boolean =>
  spellings(token).some((form) => text.includes(form));

/** What the browser sends to anybody, and what its pages write to the console. */
export function overheard(context: BrowserContext): {
  readonly requests: string[];
  readonly console: string[];
} {
  const [requests, lines]: [string[], string[]] = [[], []];
  context.on('request', (request) => requests.push(`${request.url()} ${JSON.stringify(request.headers())}`));
  context.on('console', (message) => lines.push(`${message.text()} ${message.location().url}`));
  return { requests, console: lines };
}

/** The cookies that the browser holds, as they are and with their parts decoded. */
export async function cookiesOf(context: BrowserContext): Promise<string> {
  const cookies = await context.cookies();
  return cookies
    .flatMap(({ value }) => [
      value,
      ...value.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1')),
    ])
    .join(' ');
}

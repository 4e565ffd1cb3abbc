/** Serving the browser's half: the same bytes for everybody, so a browser keeps them and asks only whether they changed. */
import { createHash } from 'node:crypto';
import type { Request, Response } from './http.js';

interface Script {
  readonly text: string;
  readonly etag: string;
}

let loaded: Script | undefined;

/** Answers `GET …/checkout.js`. */
export function serveScript(req: Request, res: Response): void {
  loaded ??= load();
  const { text, etag } = loaded;
  res.setHeader('ETag', etag);
  res.setHeader('X-Content-Type-Options', 'nosniff');
  // A cookie that another middleware sets must not go into a shared cache.
  if (!res.hasHeader('Cache-Control')) res.setHeader('Cache-Control', 'public, max-age=600');
  if (knows(req, etag)) {
    res.statusCode = 304;
    res.end();
    return;
  }
  res.statusCode = 200;
  res.setHeader('Content-Type', 'text/javascript; charset=utf-8');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(req.method === 'HEAD' ? undefined : text);
}

function load(): Script {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- made by the build, and needed by few processes
  const text = require('#checkout-script') as string;
  return { text, etag: `"${createHash('sha256').update(text).digest('base64url')}"` };
}

/** A compressing proxy may have made the tag a weak one. */
function knows(req: Request, etag: string): boolean {
  const tags = (req.headers['if-none-match'] ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etag) || tags.includes('*');
}

/** Sites of their own on this machine: browsers take `a.localhost` and `b.localhost` for two, and trust both like https. */
import { type RequestListener } from 'node:http';
import type { Middleware } from '../../lib/index.js';
import { listen } from './servers.js';

/** Serves a page of its own under each name; resolves to its origin, such as `http://bank.localhost:4242`. */
export async function listenAs(name: string, app: RequestListener): Promise<string> {
  const { port } = new URL(await listen(app));
  return `http://${name}.localhost:${port}`;
}

/** A page with nothing but its body. */
export function html(body: string): Middleware {
  return (_req, res) => {
    res.setHeader('Content-Type', 'text/html; charset=utf-8');
    res.end(`<!doctype html><title>Test</title>${body}`);
  };
}

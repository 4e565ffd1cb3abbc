/** Stands between a client and the emulator, hands everything on, and keeps what was said on both sides. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Exchange {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly request: unknown;
  readonly status: number;
  readonly answer: unknown;
}

export interface Recorder {
  readonly url: string;
  /** Oldest first. */
  readonly exchanges: Exchange[];
  close(): Promise<void>;
}

/** Headers of one connection, not of the message. */
const OWN = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive']);

export async function record(target: string): Promise<Recorder> {
  const exchanges: Exchange[] = [];
  const server = createServer((req, res) => {
    void handOn(target, req).then(({ exchange, text, headers }) => {
      exchanges.push(exchange);
      res.writeHead(exchange.status, headers).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    exchanges,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function handOn(target: string, req: IncomingMessage) {
  const chunks: Buffer[] = [];
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const path = req.url ?? '';
  const sent = Object.entries(req.headers).filter(([name]) => !OWN.has(name)) as [string, string][];
  const response = await fetch(target + path, { method: 'POST', headers: sent, body });
  const text = await response.text();
  const headers = Object.fromEntries([...response.headers].filter(([name]) => !OWN.has(name)));
  const { status } = response;
  const exchange: Exchange = {
    ...{ path, headers: req.headers, request: read(body), status, answer: read(text) },
  };
  return { exchange, text, headers };
}

function read(text: string): unknown {
  return text === '' ? undefined : JSON.parse(text);
}

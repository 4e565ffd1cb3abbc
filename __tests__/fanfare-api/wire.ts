/** Real servers on loopback, as good or as bad as a case needs them. */
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import '../support/warm.js';

export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Wire {
  readonly origin: string;
  /** Requests whose body arrived whole. */
  readonly seen: readonly Seen[];
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  close(): Promise<void>;
}

/** An HTTP server that reads each request whole and then lets `respond` do as it likes. */
export async function httpWire(respond: (res: ServerResponse, req: IncomingMessage) => void): Promise<Wire> {
  const seen: Seen[] = [];
  const listener: RequestListener = (req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const { method, url, headers } = req;
      seen.push({ method, url, headers, body: Buffer.concat(chunks).toString() });
      respond(res, req);
    });
  };
  return listen(createServer(listener), seen);
}

/** A TCP server that hands each connection to `accept`. */
export function tcpWire(accept: (socket: Socket) => void): Promise<Wire> {
  return listen(createTcpServer(accept), []);
}

async function listen(server: Server, seen: readonly Seen[]): Promise<Wire> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    // A client that cuts a connection is what these tests are about.
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    open,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of open) socket.destroy();
      }),
  };
}

/** An origin where nobody listens. */
export async function deadOrigin(): Promise<string> {
  const wire = await tcpWire(() => undefined);
  await wire.close();
  return wire.origin;
}

/** Answers with a status, a body and headers. */
export function reply(status: number, body = '', headers: Record<string, string> = {}) {
  return (res: ServerResponse): void => {
    res.writeHead(status, headers);
    res.end(body);
  };
}

/** Waits until `condition` holds; the test's own time limit ends it otherwise. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

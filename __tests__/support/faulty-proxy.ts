/** A TCP proxy that can break the way to a server in eleven ways, and knows which connections are open. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** What a proxy does with a connection; it has read nothing yet. */
type Treatment = (client: Socket, upstream: number) => void;

const LATE_MS = 3_000;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n';

/** Sends `text` over and over until nobody listens. */
function drip(client: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => client.write(text), everyMs);
  client.once('close', () => {
    clearInterval(timer);
  });
}

/** Runs once a request has begun to arrive. */
function onRequest(answer: (client: Socket) => void): Treatment {
  return (client) => {
    client.once('data', () => {
      answer(client);
    });
    client.resume();
  };
}

const through: Treatment = (client, upstream) => {
  const server = connect(upstream, '127.0.0.1');
  server.on('error', () => client.destroy());
  client.on('error', () => server.destroy());
  client.once('close', () => server.destroy());
  client.pipe(server).pipe(client);
};

/** The genuine answer, when nobody can be waiting for it any more. */
const late: Treatment = (client, upstream) => {
  const server = connect(upstream, '127.0.0.1');
  const timers = new Set<NodeJS.Timeout>();
  server.on('error', () => client.destroy());
  server.on('data', (data) => timers.add(setTimeout(() => client.write(data), LATE_MS)));
  client.once('close', () => {
    for (const timer of timers) clearTimeout(timer);
    server.destroy();
  });
  client.pipe(server);
};

export const FAULTS = {
  'resets at once': (client) => client.resetAndDestroy(),
  'resets in the middle of a request': onRequest((client) => client.resetAndDestroy()),
  'takes everything and says nothing': onRequest(() => undefined),
  'reads nothing': (client) => client.pause(),
  'hangs up without an answer': onRequest((client) => client.end()),
  'sends its headers a byte at a time': onRequest((client) => {
    client.write(HEAD);
    drip(client, 'x', 500);
  }),
  'sends its body a byte a second': onRequest((client) => {
    client.write(`${HEAD}Content-Length: 4\r\n\r\n`);
    drip(client, 't', 1_000);
  }),
  'never ends its body': onRequest((client) => {
    client.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
    drip(client, `1000\r\n${' '.repeat(0x1000)}\r\n`, 1);
  }),
  'breaks off in its body': onRequest((client) => {
    client.end(`${HEAD}Content-Length: 4\r\n\r\ntr`);
  }),
  'answers when the deadline is over': late,
  'speaks no HTTP': onRequest((client) => client.end('220 mail.example ESMTP\r\n')),
} as const satisfies Record<string, Treatment>;
export type ProxyFault = keyof typeof FAULTS;

export class FaultyProxy {
  /** Absent: everything goes through. */
  fault: ProxyFault | undefined;
  readonly #open = new Set<Socket>();
  readonly #server: Server;

  private constructor(upstream: number) {
    this.#server = createServer((client) => {
      this.#open.add(client);
      // A client that cuts a connection is what these tests are about.
      client.on('error', () => undefined);
      client.once('close', () => this.#open.delete(client));
      const treat: Treatment = this.fault === undefined ? through : FAULTS[this.fault];
      treat(client, upstream);
    });
  }

  /** The one it was given: known after its end, too. */
  port = 0;

  static async start(upstreamUrl: string): Promise<FaultyProxy> {
    const proxy = new FaultyProxy(Number(new URL(upstreamUrl).port));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    proxy.port = (proxy.#server.address() as AddressInfo).port;
    return proxy;
  }

  /** How many have not hung up. Who reads nothing does not hear of it, so it all reads on here. */
  stillOpen(): number {
    for (const client of this.#open) client.resume();
    return this.#open.size;
  }

  /** Ends the connections that are open: kept-alive ones know nothing of a new fault. */
  cut(): void {
    for (const client of this.#open) client.destroy();
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    await closed;
  }
}

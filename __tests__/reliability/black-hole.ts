/** A way to a server that can fall silent: connections stay open, and nothing comes through any more. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import type { Breakdown } from './engine.js';
import type { Address } from './open-ledger.cjs';

export class BlackHole implements Breakdown {
  readonly address: Address;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #silent = false;

  private constructor(address: Address, server: Server) {
    this.address = address;
    this.#server = server;
  }

  /** Opens one in front of the server at an address; it goes with `end`. */
  static async before(address: Extract<Address, { readonly url: string }>): Promise<BlackHole> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = new URL(address.url);
    const port = Number(url.port);
    url.port = String((server.address() as AddressInfo).port);
    const hole = new BlackHole({ ...address, url: url.href }, server);
    server.on('connection', (client: Socket) => {
      hole.#join(client, connect(port, '127.0.0.1'));
    });
    return hole;
  }

  begin(): void {
    this.#silent = true;
  }

  /** What was swallowed stays swallowed; new connections come through. */
  end(): void {
    this.#silent = false;
    for (const socket of this.#sockets) socket.destroy();
    // Keeps no test waiting for clients that stay connected.
    this.#server.unref();
  }

  #join(client: Socket, engine: Socket): void {
    const pass = (from: Socket, to: Socket): void => {
      this.#sockets.add(from.unref());
      from.on('data', (data) => {
        if (!this.#silent) to.write(data);
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    };
    pass(client, engine);
    pass(engine, client);
  }
}

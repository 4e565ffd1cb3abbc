/** Puts the emulator together. */
import type { JsonWebKey } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { viewOf } from './admission-record.js';
import type { AdmissionView } from './admission-record.js';
import { createApp } from './app.js';
import type { Faults } from './faults.js';
import { loadExpress } from './load-express.js';
import { mint } from './mint.js';
import type { Minted, MintOptions } from './mint.js';
import type { RequestView } from './request-log.js';
import { checkKey, readSettings } from './settings.js';
import type { EmulatorOptions } from './settings.js';
import { createWorld } from './world.js';

/** A local Fanfare: see {@link createEmulator}. */
export interface Emulator {
  /** Answers one request; mount it with `app.use('/fanfare-emulator', emulator.app)` or hand it to `http.createServer`. */
  readonly app: (req: IncomingMessage, res: ServerResponse) => void;
  readonly organizationId: string;
  readonly publishableKey: string;
  /** What signs the tokens: an Ed25519 public key, SPKI in PEM. Fanfare itself publishes none. */
  readonly publicKey: string;
  /** The same as a JWK; `/.well-known/jwks.json` serves it, which is the emulator's own invention too. */
  readonly publicJwk: JsonWebKey;
  /** What to make go wrong. */
  readonly faults: Faults;
  /** Listens; port 0 takes any free one. Default host: loopback only. */
  listen(port?: number, host?: string): Promise<{ readonly url: string; readonly port: number }>;
  /** Stops listening and cuts every open connection; a second call does nothing. */
  close(): Promise<void>;
  /** An admission and a token for it, without any waiting. */
  mint(options: MintOptions): Minted;
  /** Every admission, oldest first: at most 10,000. */
  admissions(): readonly AdmissionView[];
  /** The last calls, oldest first: at most 1,000. */
  requests(): readonly RequestView[];
  /** Another secret key, at once: the old one stops working, as at Fanfare. */
  rotateSecretKey(secretKey: string): void;
}

/**
 * A local stand-in for Fanfare, for development and tests: it runs queues, draws, auctions and timed releases, hands out
 * signed admission tokens, and answers a merchant's server as the vendor's guides describe.
 *
 * Needs Express 5 or 4 installed. Throws a `TypeError` for an option that cannot be right, a live key above all.
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const settings = readSettings(options);
  const world = createWorld(settings);
  const app = createApp(loadExpress(), world) as unknown as RequestListener;
  let server: Server | undefined;
  return {
    app,
    organizationId: settings.organizationId,
    publishableKey: settings.publishableKey,
    publicKey: world.signer.publicKey,
    publicJwk: world.signer.publicJwk,
    faults: world.faults,
    async listen(port = 0, host = '127.0.0.1') {
      if (server) throw new Error('The emulator listens already');
      const started = createServer(app);
      await listening(started, port, host);
      server = started;
      const { port: taken } = started.address() as AddressInfo;
      return { url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`, port: taken };
    },
    async close() {
      const running = server;
      server = undefined;
      if (running) await closed(running);
    },
    mint: (what) => mint(world, what),
    admissions: () => world.book.all().map((record) => viewOf(record, world.now())),
    requests: () => world.requests.views(),
    rotateSecretKey(secretKey) {
      checkKey('secretKey', secretKey, 'sk');
      world.secretKey = secretKey;
    },
  };
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

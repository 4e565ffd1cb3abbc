/** A small shop over real HTTP, the emulator on the other side, and a browser with a cookie jar. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createEmulator, type Emulator, type MintOptions } from '../../lib/emulator/index.js';
import {
  createFanfare,
  type Fanfare,
  type FanfareEvent,
  type FanfareOptions,
  type Ledger,
  memoryLedger,
} from '../../lib/index.js';
import './warm.js';

export const SECRET = 'a session secret for tests, long enough';
const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;

/** Keeps cookies and follows no redirect. */
export class Browser {
  readonly #jar = new Map<string, string>();

  constructor(readonly origin: string) {}

  cookies(): string {
    return [...this.#jar].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.#jar.size > 0) headers.set('Cookie', this.cookies());
    const response = await fetch(this.origin + path, { redirect: 'manual', ...init, headers });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name, value] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (/max-age=0/i.test(line)) this.#jar.delete(name);
      else this.#jar.set(name, value);
    }
    return response;
  }

  visit(path: string): Promise<Response> {
    return this.send(path, { headers: { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' } });
  }

  submit(path = '/checkout', fields: Record<string, string> = {}, init: RequestInit = {}): Promise<Response> {
    return this.send(path, { method: 'POST', body: new URLSearchParams(fields), ...init });
  }
}

export interface Shop {
  readonly emulator: Emulator;
  readonly fanfare: Fanfare;
  readonly ledger: Ledger;
  readonly events: FanfareEvent[];
  readonly origin: string;
  /** A browser that came through the handoff. */
  admitted(mint?: Partial<MintOptions>): Promise<Browser>;
  close(): Promise<void>;
}

export type Handler = (
  req: IncomingMessage & { body?: Record<string, string> },
  res: ServerResponse,
  fanfare: Fanfare,
) => unknown;

export interface ShopSetup {
  readonly options?: Partial<FanfareOptions>;
  readonly claim?: Parameters<Fanfare['claimAdmission']>[0];
  readonly emulator?: Emulator;
  /** Places the order; a handler's rejection becomes a 500. */
  readonly onSubmit: Handler;
}

/** `GET /checkout` shows the form, `POST /checkout` places the order, `GET /cancel` gives the claim back. */
export async function openShop({ options = {}, claim = {}, onSubmit, ...given }: ShopSetup): Promise<Shop> {
  const emulator = given.emulator ?? createEmulator();
  const { url } =
    given.emulator === undefined ? await emulator.listen() : { url: options.api?.baseUrl ?? '' };
  const events: FanfareEvent[] = [];
  const ledger = options.ledger ?? memoryLedger();
  const fanfare = createFanfare({
    organizationId: emulator.organizationId,
    secretKey: 'sk_test_emulator',
    session: { secrets: [SECRET], insecure: true },
    orderUrl: (orderId) => `/orders/${orderId}`,
    onEvent: (event) => events.push(event),
    doctor: false,
    ...options,
    api: { baseUrl: url, ...options.api },
    ledger,
  });
  const server = createServer(shopApp(fanfare, claim, onSubmit));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  return {
    emulator,
    fanfare,
    ledger,
    events,
    origin,
    async admitted(mint = {}) {
      const browser = new Browser(origin);
      const { token } = emulator.mint({ ...DROP, ...mint });
      const answer = await browser.visit(`/checkout?admission_token=${token}`);
      if (answer.status !== 303) throw new Error(`the handoff was answered ${String(answer.status)}`);
      return browser;
    },
    async close() {
      await closeServer(server);
      await fanfare.close();
      if (given.emulator === undefined) await emulator.close();
    },
  };
}

function shopApp(fanfare: Fanfare, claim: ShopSetup['claim'], onSubmit: Handler): express.Express {
  const app = express();
  app.set('env', 'test');
  app.use(express.urlencoded({ extended: false }), fanfare.attachAdmission());
  app.use('/fanfare', fanfare.routes());
  app.get('/checkout', fanfare.requireAdmission(), (req, res) => {
    res.json(req.admission);
  });
  app.post('/checkout', fanfare.claimAdmission(claim), (req, res) => onSubmit(req, res, fanfare));
  app.get('/cancel', async (req, res) => {
    res.json({ released: await fanfare.releaseAdmission(req) });
  });
  return app;
}

async function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

/** Waits until something is so; the deadline is for a test that would otherwise hang, never a measure of speed. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 10));
}

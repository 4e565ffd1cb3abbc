/** The same routes on every kind of server we promise to work on, with an emulator on the other side. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import connect from 'connect';
import express from 'express';
import { createEmulator, type Emulator, type MintOptions } from '../../lib/emulator/index.js';
import {
  type Clock,
  createFanfare,
  type Fanfare,
  type FanfareEvent,
  type FanfareOptions,
  memoryLedger,
  type Middleware,
  type Next,
} from '../../lib/index.js';
import { Jar } from './jar.js';
import './warm.js';

/** `mount`: everything below it; `path`: exactly that path, any method; neither: every request. */
export interface Route {
  readonly mount?: string;
  readonly path?: string;
  readonly use: readonly Middleware[];
}

type Make = (routes: readonly Route[], fault: Fault) => RequestListener;
type Fault = (error: unknown, req: IncomingMessage, res: ServerResponse, next: Next) => void;

const express4 = createRequire(__filename)('express4') as typeof express;

const MAKERS = {
  'Express 5': (routes, fault) => onExpress(express(), routes, fault),
  'Express 4': (routes, fault) => onExpress(express4(), routes, fault),
  Connect: (routes, fault) => {
    const app = connect();
    for (const { mount = '/', path, use } of routes) {
      for (const step of use) app.use(mount, path === undefined ? step : only(path, step));
    }
    app.use(fault);
    return app;
  },
  'node:http': (routes, fault) => {
    const steps = routes.flatMap(({ mount, path, use }) =>
      use.map((step) => (path === undefined ? below(mount ?? '/', step) : only(path, step))),
    );
    return (req, res) => {
      walk(steps, req, res, fault);
    };
  },
} as const satisfies Record<string, Make>;

export type ServerKind = keyof typeof MAKERS;
export const SERVERS = Object.keys(MAKERS) as readonly ServerKind[];

function onExpress(app: express.Express, routes: readonly Route[], fault: Fault): RequestListener {
  for (const { mount = '/', path, use } of routes) {
    if (path === undefined) app.use(mount, ...use);
    else app.all(path, ...use);
  }
  app.use(fault);
  return app;
}

function only(path: string, step: Middleware): Middleware {
  return (req, res, next) => {
    if ((req.url ?? '').split('?')[0] === path) step(req, res, next);
    else next?.();
  };
}

function below(mount: string, step: Middleware): Middleware {
  return (req, res, next) => {
    if ((req.url ?? '').startsWith(mount)) step(req, res, next);
    else next?.();
  };
}

/** What people write by hand around `node:http`. */
function walk(
  [step, ...rest]: readonly Middleware[],
  req: IncomingMessage,
  res: ServerResponse,
  fault: Fault,
): void {
  if (step === undefined) {
    res.writeHead(404).end('Not found');
    return;
  }
  const next: Next = (error) => {
    if (error === undefined) walk(rest, req, res, fault);
    else fault(error, req, res, () => undefined);
  };
  try {
    step(req, res, next);
  } catch (error) {
    next(error);
  }
}

/** A fault that reached `next(error)` is told apart from everything the package answers itself. */
const showFault: Fault = (error, _req, res, next) => {
  if (res.headersSent) {
    next(error);
    return;
  }
  const { status = 500 } = error as { status?: number };
  res.statusCode = status;
  res.end(`fault: ${error instanceof Error ? error.message : String(error)}`);
};

/** Body parsers want a "next", which a middleware of ours may do without. */
export function parsing(parser: (req: IncomingMessage, res: ServerResponse, next: Next) => void): Middleware {
  return (req, res, next) => {
    parser(req, res, (error) => next?.(error));
  };
}

/** Answers what the guard left on the request. */
export const showAdmission: Middleware = (req, res) => {
  res.setHeader('Content-Type', 'application/json');
  res.end(JSON.stringify({ admission: req.admission ?? null }));
};

export const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;
export const SECRET = 'a session secret for tests, long enough';

/** One Fanfare, one emulator, and the servers in front. */
export interface Stage {
  readonly emulator: Emulator;
  readonly fanfare: Fanfare;
  readonly events: FanfareEvent[];
  /** Another merchant process with the same emulator. */
  another(options: Partial<FanfareOptions>): Fanfare;
  /** A browser that has not been anywhere yet, in front of a new server. */
  serve(kind: ServerKind, routes: readonly Route[]): Promise<Jar>;
  /** A token of the usual drop. */
  token(mint?: Partial<MintOptions>): string;
  /** How often Fanfare was asked about a token. */
  validations(): number;
}

const closers: (() => Promise<unknown>)[] = [];

/** For `afterEach`. */
export async function closeStages(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

export async function openStage(
  options: Partial<FanfareOptions> = {},
  clock: { readonly clock?: Clock } = {},
): Promise<Stage> {
  const emulator = createEmulator(clock);
  const { url } = await emulator.listen();
  closers.push(() => emulator.close());
  const events: FanfareEvent[] = [];
  const another = (more: Partial<FanfareOptions>): Fanfare => {
    const fanfare = createFanfare({
      organizationId: emulator.organizationId,
      secretKey: 'sk_test_emulator',
      session: { secrets: [SECRET], insecure: true },
      ledger: memoryLedger(clock),
      onEvent: (event) => events.push(event),
      doctor: false,
      ...clock,
      ...more,
      api: { baseUrl: url, ...more.api },
    });
    closers.push(() => fanfare.close());
    return fanfare;
  };
  return {
    ...{ emulator, events, another, fanfare: another(options) },
    serve: async (kind, routes) => new Jar(await listen(listenerOf(kind, routes))),
    token: (mint = {}) => emulator.mint({ ...DROP, ...mint }).token,
    validations: () => emulator.requests().filter((call) => call.kind === 'validate').length,
  };
}

/** What a server of that kind does with a request; faults are shown by {@link showFault}. */
export function listenerOf(kind: ServerKind, routes: readonly Route[]): RequestListener {
  return MAKERS[kind](routes, showFault);
}

/** Listens until `closeStages`; resolves to the origin. */
export async function listen(app: RequestListener): Promise<string> {
  const server = createServer({ requireHostHeader: false }, app);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

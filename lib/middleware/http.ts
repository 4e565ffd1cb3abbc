/** The HTTP types of the middlewares: plain `node:http`, so that Express, Connect and a bare server are all served. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestAdmission } from '../admission/admission.js';

declare module 'http' {
  interface IncomingMessage {
    /** The shopper's admission, once `attachAdmission` or a guard found one. */
    admission?: RequestAdmission;
  }
}

/** A request, with what Express and Connect may have put on it. */
export type Request = IncomingMessage & {
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** The client's address, as far as `trust proxy` lets Express know it. */
  readonly ip?: string | undefined;
};
export type Response = ServerResponse;
export type Next = (error?: unknown) => void;

/** A middleware of this package: fits `app.use`, `app.get` and a bare `node:http` server. */
export type Middleware = (req: IncomingMessage, res: ServerResponse, next?: Next) => void;

/** The request target as the client sent it, before any router cut a prefix off. */
export function targetOf(req: Request): string {
  return req.originalUrl ?? req.url ?? '/';
}

/** What the Express app around a request tells; Connect and bare servers tell nothing. Express 4 and 5. */
import type { Request } from '../middleware/http.js';

interface Layer {
  readonly handle?: { readonly name?: string };
  /** Mounted at the root: Express 5, and Express 4. */
  readonly slash?: boolean;
  readonly regexp?: { readonly fast_slash?: boolean };
}

interface Router {
  readonly stack?: readonly Layer[];
}

interface ExpressApp {
  readonly get?: (setting: string) => unknown;
  /** Express 4, where `router` throws. */
  readonly _router?: Router;
  readonly router?: Router;
}

function appOf(req: Request): ExpressApp | undefined {
  return 'app' in req && typeof req.app === 'function' ? (req.app as ExpressApp) : undefined;
}

/** Whether Express believes what the sender of this request says about others; `undefined` without Express. */
export function trustsProxy(req: Request): boolean | undefined {
  const trusts = appOf(req)?.get?.('trust proxy fn');
  if (typeof trusts !== 'function') return undefined;
  return (
    (trusts as (address: string | undefined, hops: number) => unknown)(req.socket.remoteAddress, 0) === true
  );
}

/** Whether `express.static` answers at the root before `attachAdmission` is asked. */
export function isAfterStatic(req: Request): boolean {
  const app = appOf(req);
  const stack = (app?._router ?? app?.router)?.stack ?? [];
  const ours = stack.findIndex((layer) => nameOf(layer) === 'attachAdmission');
  return stack
    .slice(0, Math.max(0, ours))
    .some((layer) => nameOf(layer) === 'serveStatic' && isAtRoot(layer));
}

function nameOf({ handle }: Layer): string | undefined {
  return handle?.name;
}

function isAtRoot({ slash, regexp }: Layer): boolean {
  return slash === true || regexp?.fast_slash === true;
}

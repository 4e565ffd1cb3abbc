/** The front door of Fanfare's routes: every call is logged, then meets its fault if one waits for it. */
import type { RequestHandler, Response } from 'express';
import { deviceMismatch, problem } from './answers.js';
import { headerOf } from './credentials.js';
import type { Fault } from './faults.js';
import { callKindOf } from './request-log.js';
import { keptOf, send, statusAnswer } from './send.js';
import type { World } from './world.js';

/** Open to every origin, as the shopper's browser calls from the shop's page; the merchant's calls are not for browsers. */
const CORS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, POST, OPTIONS',
  'Access-Control-Allow-Headers':
    'Authorization, Content-Type, X-Fingerprint, X-Organization-Id, X-Publishable-Key',
  'Access-Control-Expose-Headers': 'Retry-After, X-Request-Id',
  'Access-Control-Max-Age': '600',
};

export function meetCall(world: World): RequestHandler {
  return function meetsCall(req, res, next) {
    const kind = callKindOf(req.path);
    if (kind === 'shopper') res.set(CORS);
    if (kind === 'shopper' && req.method === 'OPTIONS') {
      res.writeHead(204).end();
      return;
    }
    const logged = world.requests.add({
      ...{ at: world.now(), method: req.method, path: req.path, kind },
      idempotencyKey: headerOf(req, 'x-idempotency-key'),
    });
    keptOf(res).logged = logged;
    const fault = kind && world.faults.take(kind);
    if (!fault) {
      next();
      return;
    }
    logged.fault = fault.kind;
    afterLatency(world, fault, () => {
      strike(world, fault, res, next);
    });
  };
}

function afterLatency({ settings }: World, { latencyMs = 0 }: Fault, task: () => void): void {
  if (latencyMs > 0) settings.clock.after(latencyMs, task);
  else task();
}

/** Does what strikes before the effect; what strikes after it is kept for `send`. */
function strike(world: World, fault: Fault, res: Response, next: () => void): void {
  switch (fault.kind) {
    case 'reset':
      res.socket?.resetAndDestroy();
      return;
    case 'black-hole':
      return;
    case 'redirect':
      send(res, { ...problem(307, 'Redirected'), headers: { Location: '/redirected' } }, world.now());
      return;
    case 'device-mismatch':
      send(res, deviceMismatch(), world.now());
      return;
    case 'status':
      if (!fault.afterEffect) {
        send(res, statusAnswer(fault, world.now()), world.now());
        return;
      }
      break;
    default:
      break;
  }
  keptOf(res).fault = fault;
  next();
}

/** Runs a guard's decision and acts on it exactly once, on every kind of server; settles every promise it starts. */
import { FanfareError } from '../errors.js';
import type { Context } from './context.js';
import type { Next, Request, Response } from './http.js';
import { refusing } from './on-need.js';
import { refusalOf, type ReasonedRefusal } from './refusals.js';

/** `next`: the handler's turn. `answered`: nothing more to do. Else the shopper is refused. */
export type Step = 'next' | 'answered' | ReasonedRefusal;

/**
 * Synchronous as long as the decision is. With `instead`, nobody is refused: it is told why they would have been, and then
 * it is the handler's turn.
 */
export function run(
  context: Context,
  req: Request,
  res: Response,
  next: Next | undefined,
  decide: () => Step | Promise<Step>,
  instead?: (reasoned: ReasonedRefusal) => void,
): void {
  if (context.watch.looks) context.watch.look(req);
  const go = next ?? lastResort(res);
  const act = (step: Step): void => {
    if (step === 'answered') return;
    if (step !== 'next' && instead === undefined) {
      refuseOrFail(context, req, res, go, step);
      return;
    }
    if (step !== 'next') instead?.(step);
    go();
  };
  const fail = (error: unknown): void => {
    if (error instanceof FanfareError) act(refusalOf(error));
    else go(error);
  };
  let step: Step | Promise<Step>;
  try {
    step = decide();
  } catch (fault) {
    fail(fault);
    return;
  }
  if (step instanceof Promise) step.then(later(act), later(fail));
  else act(step);
}

/** Runs outside the promise: what a handler throws is its own, and must not come back here as a fault. */
function later<T>(action: (value: T) => void): (value: T) => void {
  return (value) => {
    process.nextTick(action, value);
  };
}

/** On a bare server there may be nobody else to answer a fault. */
export function lastResort(res: Response): Next {
  return (error) => {
    if (error === undefined || error === null) return;
    process.emitWarning(error instanceof Error ? error : 'A fault that is no Error', 'FanfareWarning');
    if (res.headersSent) {
      res.destroy();
      return;
    }
    res.statusCode = 500;
    res.setHeader('Content-Type', 'application/json; charset=utf-8');
    res.setHeader('Cache-Control', 'no-store');
    res.end('{"error":"Internal Server Error"}');
  };
}

function refuseOrFail(
  context: Context,
  req: Request,
  res: Response,
  go: Next,
  reasoned: ReasonedRefusal,
): void {
  if (reasoned.refusal.code === 'ADMISSION_REQUIRED') context.watch.foundNoToken(req);
  try {
    refusing().refuse(context, req, res, go, reasoned);
  } catch (error) {
    // The merchant's own `experienceUrl`, `orderUrl` or `onRefused` threw.
    go(error);
  }
}

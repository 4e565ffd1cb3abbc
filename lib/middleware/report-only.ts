/** Report-only mode of the middlewares: what would have been refused is said, and nobody is stopped. */
import type { Context } from './context.js';
import type { Request } from './http.js';
import { refusing } from './on-need.js';
import type { ReasonedRefusal } from './refusals.js';
import type { RequestStates } from './request-state.js';

/** What a middleware does in place of refusing, before the handler runs; `undefined` while refusals are enforced. */
export function inPlaceOfRefusing(
  context: Context,
  req: Request,
): ((reasoned: ReasonedRefusal) => void) | undefined {
  if (context.settings.mode === 'enforce') return undefined;
  return (reasoned) => {
    refusing().sayRefused(context, req, reasoned, false);
  };
}

/**
 * The same for a guard. Its handler sees the admission only where it fits: an order recorded for another drop's would use
 * that one up.
 */
export function inPlaceOfGuarding(
  context: Context,
  states: RequestStates,
  req: Request,
): ((reasoned: ReasonedRefusal) => void) | undefined {
  const say = inPlaceOfRefusing(context, req);
  if (say === undefined) return undefined;
  return (reasoned) => {
    const { picked, sessions } = states.of(req);
    if (picked !== undefined && sessions.includes(picked)) req.admission = picked.admission;
    else delete req.admission;
    say(reasoned);
  };
}

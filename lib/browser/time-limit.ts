/** When an admission ends, on the page's own monotonic clock: asked of the server, never read off the device's date. */
import { type AdmissionView, jsonOf, routeAt } from './routes.js';

/**
 * `endsAt`: on the scale of `performance.now()`; `undefined` when there is no end. `gone`: the server knows the admission
 * no more. `unknown`: it could not be asked.
 */
export type TimeLimit = { readonly id: string; readonly endsAt: number | undefined } | 'gone' | 'unknown';

/** Asks about the admission with this id, or else about the newest that is not over. */
export async function askTimeLimit(routes: string, id: string | undefined): Promise<TimeLimit> {
  const askedAt = performance.now();
  const response = await fetch(routeAt(routes, 'session'), { cache: 'no-store' }).catch(() => undefined);
  const { serverNow, admissions } = response ? await jsonOf(response) : {};
  if (typeof serverNow !== 'number') return 'unknown';
  const view = viewOf(admissions as readonly AdmissionView[], id);
  if (view === undefined) return 'gone';
  const { expiresAt } = view;
  // As if the server had answered at once: by the answer's way the countdown is too short, never too long.
  return { id: view.id, endsAt: expiresAt === null ? undefined : askedAt + expiresAt - serverNow };
}

function viewOf(admissions: readonly AdmissionView[], id: string | undefined): AdmissionView | undefined {
  return id === undefined
    ? (admissions.find(({ state }) => state !== 'expired') ?? admissions[0])
    : admissions.find((view) => view.id === id);
}

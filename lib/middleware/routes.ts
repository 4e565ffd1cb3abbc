/** The package's own small routes: the handoff, what is left of a session, health, and the browser's half. */
import type { Work } from '../completion/work.js';
import { admit } from './admit.js';
import { serveScript } from './checkout-script.js';
import { admitHandoffToken } from './admit-handoff-token.js';
import type { Context } from './context.js';
import { allowFraming } from './framing.js';
import { answerPreflight, handoffFrom, openToExperience } from './handoff-origin.js';
import type { Middleware, Next, Request, Response } from './http.js';
import { refusal, refusalForToken } from './refusals.js';
import type { RequestState, RequestStates } from './request-state.js';
import { readJson } from './read-json.js';
import { run, type Step } from './run.js';
import type { HeldSession } from './sessions.js';
import { handoffTokenInBody, tokenInBody } from './token-sources.js';
import { isPreflight } from './visit.js';

/** What a browser may know of one of its admissions. Times are milliseconds since the epoch. */
export interface AdmissionView {
  readonly id: string;
  readonly distributionId: string;
  readonly distributionType: string;
  readonly experienceId: string | null;
  readonly expiresAt: number | null;
  readonly state: 'open' | 'attempted' | 'expired';
}

interface Parts {
  readonly context: Context;
  readonly states: RequestStates;
  readonly deliveries: Pick<Work, 'state'>;
}

type Route = (parts: Parts, req: Request, res: Response) => Step | Promise<Step>;

/** A bare server cuts no mount path off, so the usual ones are known here. */
const PATH = /^(?:\/api)?(?:\/fanfare)?\/(admission|session|health|checkout\.js)\/?(?:\?|$)/;
interface RouteEntry {
  readonly methods: readonly string[];
  readonly answer: Route;
  /** Pages of other origins may ask, after a preflight. */
  readonly crossOrigin?: true;
}

const ROUTES: Readonly<Record<string, RouteEntry>> = {
  admission: { methods: ['POST'], answer: acceptHandoff, crossOrigin: true },
  session: { methods: ['GET', 'HEAD'], answer: showSessions },
  health: { methods: ['GET', 'HEAD'], answer: showHealth },
  'checkout.js': { methods: ['GET', 'HEAD'], answer: showScript },
};

/** Makes the router; what it does not know goes to `next`. */
export function createRoutes(parts: Parts): Middleware {
  return function fanfareRoutes(req: Request, res: Response, next?: Next): void {
    const route = ROUTES[PATH.exec(req.url ?? '')?.[1] ?? ''];
    if (route !== undefined) serve(parts, route, req, res, next);
    else if (next === undefined) json(res, 404, { error: 'Not found' });
    else next();
  };
}

function serve(parts: Parts, route: RouteEntry, req: Request, res: Response, next: Next | undefined): void {
  if (route.crossOrigin === true && isPreflight(req)) {
    answerPreflight(parts.context, req, res);
  } else if (route.methods.includes(req.method ?? '')) {
    allowFraming(parts.context, res);
    run(parts.context, req, res, next, () => route.answer(parts, req, res));
  } else {
    res.setHeader('Allow', route.methods.join(', '));
    json(res, 405, { error: 'Method not allowed' });
  }
}

async function acceptHandoff({ context, states }: Parts, req: Request, res: Response): Promise<Step> {
  openToExperience(context, req, res);
  const from = handoffFrom(context, req);
  if (typeof from !== 'string') return from;
  const { names, distributionIds } = context.settings;
  const body = await readJson({ req, res, clock: context.clock });
  const found = tokenInBody(body, [names.body, names.bare]) ?? handoffTokenInBody(body);
  if (found === undefined) return refusal('ADMISSION_REQUIRED', 'the body names no token');
  const state = from === 'own' ? states.of(req, res) : states.ofHandoff(req, res);
  const conditions = distributionIds === undefined ? {} : { distributionIds };
  const admitted =
    found.where === 'handoff'
      ? await admitHandoffToken(context, state, res, found, false)
      : await admit(context, state, res, found, { conditions, submit: false });
  if (!('session' in admitted)) return refusalForToken(admitted);
  json(res, 200, { admission: viewOf(admitted), serverNow: context.clock.now() });
  return 'answered';
}

function showSessions({ context, states }: Parts, req: Request, res: Response): Step {
  const { sessions }: RequestState = states.of(req, res);
  json(res, 200, { serverNow: context.clock.now(), admissions: sessions.map(viewOf) });
  return 'answered';
}

/** Calls nobody: a load balancer asks often, and Fanfare's health is not ours. */
function showHealth({ context, deliveries }: Parts, _req: Request, res: Response): Step {
  json(res, 200, { status: 'ok', serverNow: context.clock.now(), deliveries: deliveries.state });
  return 'answered';
}

function showScript(_parts: Parts, req: Request, res: Response): Step {
  serveScript(req, res);
  return 'answered';
}

function viewOf({ session, standing }: HeldSession): AdmissionView {
  const { id, distributionId, distributionType, experienceId, expiresAt } = session.admission;
  return {
    id,
    distributionId,
    distributionType,
    experienceId: experienceId ?? null,
    expiresAt: expiresAt ?? null,
    state: standing === 'tail' ? 'expired' : session.attempted ? 'attempted' : 'open',
  };
}

function json(res: Response, status: number, body: object): void {
  const text = JSON.stringify(body);
  res.statusCode = status;
  res.setHeader('Content-Type', 'application/json; charset=utf-8');
  res.setHeader('Cache-Control', 'no-store');
  res.appendHeader('Vary', 'Cookie');
  res.setHeader('Content-Length', Buffer.byteLength(text));
  res.end(res.req.method === 'HEAD' ? undefined : text);
}

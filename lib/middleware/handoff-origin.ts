/** Who may hand an admission over from another origin, and what the browser there is told (CORS). */
import type { Context } from './context.js';
import type { Request, Response } from './http.js';
import { type ReasonedRefusal, refusal } from './refusals.js';
import { isForeign } from './visit.js';

/** `own`: a page of ours, or no page at all. `experience`: one of the merchant's other origins. */
export function handoffFrom({ settings }: Context, req: Request): 'own' | 'experience' | ReasonedRefusal {
  if (!isForeign(req)) return 'own';
  if (!isExperience(settings, req))
    return refusal('ADMISSION_REQUIRED', 'the handoff came from a page of another site');
  if (req.headers['sec-fetch-site'] === 'cross-site' && settings.frameAncestors === undefined) {
    // To say yes would be to promise a session that the browser throws away.
    return refusal(
      'ADMISSION_REQUIRED',
      'a browser keeps no SameSite=Lax cookie for a page of another site; hand over by URL, or embed the checkout',
    );
  }
  return 'experience';
}

function isExperience({ experienceOrigins }: Context['settings'], { headers }: Request): boolean {
  return headers.origin !== undefined && experienceOrigins.has(headers.origin);
}

/** Lets a page of the experience read the answer, whatever it will be. */
export function openToExperience({ settings }: Context, req: Request, res: Response): void {
  if (settings.experienceOrigins.size === 0) return;
  res.appendHeader('Vary', 'Origin');
  if (!isExperience(settings, req)) return;
  res.setHeader('Access-Control-Allow-Origin', req.headers.origin ?? '');
  res.setHeader('Access-Control-Allow-Credentials', 'true');
  res.setHeader('Access-Control-Expose-Headers', 'Retry-After');
}

const PREFLIGHT_SECONDS = 600;

/** Answers the question that a browser asks before a handoff. */
export function answerPreflight(context: Context, req: Request, res: Response): void {
  openToExperience(context, req, res);
  const allowed = isExperience(context.settings, req);
  res.statusCode = allowed ? 204 : 403;
  if (allowed) {
    res.setHeader('Access-Control-Allow-Methods', 'POST');
    res.setHeader('Access-Control-Allow-Headers', 'Content-Type');
    res.setHeader('Access-Control-Max-Age', PREFLIGHT_SECONDS);
  }
  res.end();
}

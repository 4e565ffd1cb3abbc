/** What a handler's answer means for the claim it ran under. Pure. */
import { type Request, type Response, targetOf } from './http.js';
import type { AnswerOutcome } from './running-attempt.js';
import { originUrl, pathOf, samePage } from './url.js';

/**
 * 4xx and 5xx give the claim back, and so does a redirect to the form itself, which is how forms show their errors.
 * Any other answer without an order means that payment goes on elsewhere.
 */
export function outcomeOfAnswer(req: Request, res: Response): AnswerOutcome {
  if (res.statusCode >= 400) return 'released';
  const location = res.getHeader('Location');
  const redirects = res.statusCode >= 300 && typeof location === 'string';
  return redirects && leadsBack(location, req) ? 'released' : 'pending';
}

/** Read as a browser reads it: relative to the form's own URL. */
function leadsBack(location: string, req: Request): boolean {
  const base = originUrl(`http://${req.headers.host ?? 'localhost'}`);
  if (base === undefined) return false;
  const { href, pathname, host } = new URL(pathOf(targetOf(req)), base);
  return URL.canParse(location, href) && samePage(new URL(location, href).href, pathname, host);
}

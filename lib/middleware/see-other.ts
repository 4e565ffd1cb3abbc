/** Sending the browser on, with nothing about where it came from. */
import type { Response } from './http.js';

/** Answers 303, which the browser follows with a GET. */
export function seeOther(res: Response, location: string): 'answered' {
  res.statusCode = 303;
  res.setHeader('Location', location);
  res.setHeader('Referrer-Policy', 'no-referrer');
  res.setHeader('Cache-Control', 'no-store');
  res.setHeader('Content-Length', 0);
  res.end();
  return 'answered';
}

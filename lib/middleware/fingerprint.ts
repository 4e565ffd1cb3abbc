/** The shopper's device, as their browser tells it: handed on to Fanfare, never judged here. */
import type { Question } from '../admission/verdict.js';
import type { Settings } from './context.js';
import type { Request } from './http.js';

/** One word of visible characters: what is longer, doubled or broken is none. */
const SHAPE = /^[\x21-\x7e]{1,256}$/;

/** The fingerprint that goes with a question, where the merchant has named its header and the request has one. */
export function fingerprintOf(
  { fingerprintHeader }: Pick<Settings, 'fingerprintHeader'>,
  req: Request,
): Pick<Question, 'fingerprint'> {
  const sent = fingerprintHeader === undefined ? undefined : req.headers[fingerprintHeader];
  return typeof sent === 'string' && SHAPE.test(sent) ? { fingerprint: sent } : {};
}

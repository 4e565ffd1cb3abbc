/** The login bridge: a shop's own login becomes a consumer, by a code that is good once and soon over. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { iso } from './admission-record.js';
import { malformed, ok, problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import { BoundedMap } from './bounded-map.js';
import { newConsumerId, openSession, requirePublishable } from './credentials.js';
import { readFields } from './fields.js';
import type { World } from './world.js';

const CODE_MS = 60_000;
const LONGEST_CLAIMS = 10_000;
const LONGEST_SUBJECT = 255;
const KEPT = 10_000;

interface Code {
  readonly consumerId: string;
  readonly expiresAt: number;
}

/** Whom the shops' logins are known as, and the codes that wait to be exchanged. */
export class ExternalLogins {
  readonly consumers = new BoundedMap<string, string>(KEPT);
  readonly codes = new BoundedMap<string, Code>(KEPT);
}

type Resolution = 'existing' | 'linked' | 'created';

/** The merchant's half. The oldest generation answers without a resolution. */
export function authorize(world: World, body: unknown, tellResolution: boolean): Answer {
  const fields = readFields(body, {
    ...({ provider: 'string', issuer: 'string', subject: 'string' } as const),
    ...({ canonicalSubject: 'string?', claims: 'object?' } as const),
  });
  const { provider, issuer, subject, canonicalSubject, claims } = fields;
  if (JSON.stringify(claims ?? {}).length > LONGEST_CLAIMS) throw tooLong('claims', LONGEST_CLAIMS);
  if ((canonicalSubject ?? '').length > LONGEST_SUBJECT) throw tooLong('canonicalSubject', LONGEST_SUBJECT);
  const own = JSON.stringify([provider, issuer, subject]);
  const shared = canonicalSubject === undefined ? undefined : JSON.stringify([canonicalSubject]);
  const { consumerId, resolution } = resolve(world.logins, own, shared);
  const exchangeCode = `exc_${randomBytes(24).toString('base64url')}`;
  const expiresAt = world.now() + CODE_MS;
  world.logins.codes.set(exchangeCode, { consumerId, expiresAt });
  return ok({ exchangeCode, expiresAt: iso(expiresAt), ...(tellResolution ? { resolution } : {}) });
}

/** The browser's half. */
export function exchange(world: World, req: IncomingMessage, body: unknown): Answer {
  requirePublishable(world, req);
  const { exchangeCode } = readFields(body, { exchangeCode: 'string' });
  const code = world.logins.codes.get(exchangeCode);
  if (!code) throw new Refusal(problem(401, 'invalid_exchange_code'));
  world.logins.codes.delete(exchangeCode);
  if (world.now() >= code.expiresAt) throw new Refusal(problem(401, 'exchange_code_expired'));
  return openSession(world, code.consumerId, 'authenticated');
}

function resolve(
  { consumers }: ExternalLogins,
  own: string,
  shared: string | undefined,
): { readonly consumerId: string; readonly resolution: Resolution } {
  const known = consumers.get(own);
  const linked = shared === undefined ? undefined : consumers.get(shared);
  const consumerId = known ?? linked ?? newConsumerId();
  consumers.set(own, consumerId);
  if (shared !== undefined && linked === undefined) consumers.set(shared, consumerId);
  if (known !== undefined) return { consumerId, resolution: 'existing' };
  return { consumerId, resolution: linked === undefined ? 'created' : 'linked' };
}

function tooLong(field: string, longest: number): Refusal {
  return new Refusal(malformed([{ field, expected: `at most ${longest} characters`, received: 'more' }]));
}

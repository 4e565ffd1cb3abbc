/** Who is calling: the merchant's server by its key, the shopper's browser by its session. */
import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { iso } from './admission-record.js';
import { ok, problem, Refusal } from './answers.js';
import type { Answer } from './answers.js';
import type { World } from './world.js';

const ACCESS_SECONDS = 3_600;
const REFRESH_SECONDS = 30 * 86_400;

/** Lets only the merchant's server pass: both headers of the gateway scheme, per the vendor's guides. */
export function requireMerchant(world: World, req: IncomingMessage): void {
  if (!sameText(headerOf(req, 'x-secret-key'), world.secretKey)) {
    throw new Refusal(problem(401, 'Secret key required'));
  }
  requireOrganization(world, req);
}

/** The consumer behind an access token. */
export function requireConsumer(world: World, req: IncomingMessage): string {
  const [, token] = /^Bearer (\S+)$/i.exec(headerOf(req, 'authorization') ?? '') ?? [];
  const claims = token === undefined ? undefined : world.signer.verify(token);
  // The same key signs admission tokens: only a token of this type opens a session.
  if (claims?.['type'] !== 'consumer') throw new Refusal(problem(401, 'Authentication required'));
  if (Number(claims['exp']) * 1_000 <= world.now()) {
    throw new Refusal(problem(401, 'token_expired', { message: 'The access token has expired' }));
  }
  return String(claims['consumerId']);
}

/** A new guest, per the vendor's session object. Asks for the publishable key or, as the guides do, the organization. */
export function openGuestSession(world: World, req: IncomingMessage): Answer {
  const key = headerOf(req, 'x-publishable-key');
  if (key === undefined) requireOrganization(world, req);
  else if (!sameText(key, world.settings.publishableKey)) {
    throw new Refusal(problem(401, 'Authentication required'));
  }
  const consumerId = `cons_${randomBytes(13).toString('hex')}`;
  const issuedAt = Math.floor(world.now() / 1_000);
  const accessToken = world.signer.sign({
    ...{ type: 'consumer', consumerId, organizationId: world.settings.organizationId },
    ...{ sessionId: `sess_${randomUUID()}`, isGuest: true, iat: issuedAt, exp: issuedAt + ACCESS_SECONDS },
  });
  return ok({
    session: { type: 'guest', consumerId, expiresAt: iso(world.now() + ACCESS_SECONDS * 1_000) },
    accessToken,
    refreshToken: randomBytes(24).toString('base64url'),
    refreshTokenTtlSeconds: REFRESH_SECONDS,
    beaconToken: randomBytes(24).toString('base64url'),
  });
}

/** One header's value; undefined when it is absent. */
export function headerOf(req: IncomingMessage, name: string): string | undefined {
  const value = req.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function requireOrganization({ settings }: World, req: IncomingMessage): void {
  const organizationId = headerOf(req, 'x-organization-id');
  if (organizationId === undefined) throw new Refusal(problem(401, 'Authentication required'));
  if (organizationId !== settings.organizationId) {
    throw new Refusal(problem(403, 'The key does not belong to this organization'));
  }
}

function sameText(given: string | undefined, wanted: string): boolean {
  return given !== undefined && timingSafeEqual(digest(given), digest(wanted));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

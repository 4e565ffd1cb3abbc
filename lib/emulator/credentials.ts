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

/** Lets only the merchant's server pass: the key as a bearer token, per the vendor's API reference. */
export function requireBearer(world: World, req: IncomingMessage): void {
  if (!sameText(bearerOf(req), world.secretKey)) throw new Refusal(problem(401, 'Secret key required'));
}

/** The consumer behind an access token. */
export function requireConsumer(world: World, req: IncomingMessage): string {
  const token = bearerOf(req);
  const claims = token === undefined ? undefined : world.signer.verify(token);
  // The same key signs admission tokens: only a token of this type opens a session.
  if (claims?.['type'] !== 'consumer') throw new Refusal(problem(401, 'Authentication required'));
  if (Number(claims['exp']) * 1_000 <= world.now()) {
    throw new Refusal(problem(401, 'token_expired', { message: 'The access token has expired' }));
  }
  return String(claims['consumerId']);
}

/** A new guest. Asks for the publishable key or, as the guides do, the organization. */
export function openGuestSession(world: World, req: IncomingMessage): Answer {
  if (headerOf(req, 'x-publishable-key') === undefined) requireOrganization(world, req);
  else requirePublishable(world, req);
  return openSession(world, newConsumerId(), 'guest');
}

/** Lets only the shop's pages pass. */
export function requirePublishable(world: World, req: IncomingMessage): void {
  if (sameText(headerOf(req, 'x-publishable-key'), world.settings.publishableKey)) return;
  throw new Refusal(problem(401, 'Authentication required'));
}

export function newConsumerId(): string {
  return `cons_${randomBytes(13).toString('hex')}`;
}

/** A session per the vendor's session object. */
export function openSession(world: World, consumerId: string, type: 'guest' | 'authenticated'): Answer {
  const issuedAt = Math.floor(world.now() / 1_000);
  const accessToken = world.signer.sign({
    ...{ type: 'consumer', consumerId, organizationId: world.settings.organizationId },
    ...{
      sessionId: `sess_${randomUUID()}`,
      isGuest: type === 'guest',
      iat: issuedAt,
      exp: issuedAt + ACCESS_SECONDS,
    },
  });
  return ok({
    session: { type, consumerId, expiresAt: iso(world.now() + ACCESS_SECONDS * 1_000) },
    accessToken,
    refreshToken: randomBytes(24).toString('base64url'),
    refreshTokenTtlSeconds: REFRESH_SECONDS,
    beaconToken: randomBytes(24).toString('base64url'),
  });
}

function bearerOf(req: IncomingMessage): string | undefined {
  return /^Bearer (\S+)$/i.exec(headerOf(req, 'authorization') ?? '')?.[1];
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

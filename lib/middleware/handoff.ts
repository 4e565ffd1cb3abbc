/** The way of an admission to a checkout on another domain: the link that is made here. For the other side see `take-link.ts`. */
import { CLOCK_TOLERANCE_MS, isPast } from '../admission/expiry.js';
import type { RequestAdmission } from '../admission/admission.js';
import { FanfareError } from '../errors.js';
import type { Row } from '../ledger/row.js';
import { hashOf } from '../tokens/admission-token.js';
import { handedSid, signHandoff } from '../tokens/handoff-link.js';
import { sealToken } from '../tokens/seal.js';
import { barrier } from './barrier.js';
import type { Context, Handoff } from './context.js';
import { endEarlierLink, isHeldByLink, newLinkId, noteLink } from './held-by-link.js';
import type { Request } from './http.js';
import type { RequestStates } from './request-state.js';
import { type HeldSession, sidHashOf, tokenOf } from './sessions.js';
import { HANDOFF_PARAMETER } from './token-sources.js';

export interface HandoffOptions {
  /** At least 32 bytes each, known to both domains and no session secret: the first signs, all verify. */
  readonly secrets: readonly string[];
  /** Where links may lead: exact origins, such as `'https://pay.example'`; http only on loopback. Default: nowhere. */
  readonly destinations?: readonly string[];
  /** This site's own origin, as shoppers see it: links for it are taken. Default: none are. */
  readonly origin?: string;
}

export interface HandoffUrlOptions {
  /** The page on the other domain, at one of `handoff.destinations`. */
  readonly url: string;
  /** How long the link is good, at most until the admission ends; 1 to 600, default 60. */
  readonly expiresInSeconds?: number;
}

const LONGEST_SECONDS = 600;
/** Only until the attempt is parked. */
const LEASE_MS = 10_000;
const ROUNDS = 3;

/** `fanfare.createHandoffUrl`. */
export async function createHandoffUrl(
  context: Context,
  states: RequestStates,
  reference: Request | RequestAdmission,
  { url, expiresInSeconds = 60 }: HandoffUrlOptions,
): Promise<string> {
  const { keyring, shown, address } = destinationOf(context.handoff, url);
  const endsInMs = checkedSeconds(expiresInSeconds) * 1_000;
  const here = 'headers' in reference ? ofRequest(states, reference) : shown.get(reference);
  if (here === undefined) throw nothingToHandOver();
  const token = tokenOf(context, here);
  if (token === undefined) throw new FanfareError('ADMISSION_INVALID');
  const { admission } = here.session;
  const now = context.clock.now();
  if (isPast(admission.expiresAt, now)) throw new FanfareError('ADMISSION_EXPIRED');
  // In whole seconds, as it is signed.
  const endsAt = Math.ceil((now + endsInMs) / 1_000) * 1_000;
  const id = newLinkId();
  const session = { ...here.session, attempted: false, sid: handedSid(keyring, here.session) };
  await hold(context, { ...here, session }, { id, token, endsAt });
  const link = { id, organizationId: context.settings.organizationId, session, endsAt };
  const sealedToken = sealToken(keyring, token, admission.id);
  address.searchParams.set(HANDOFF_PARAMETER, signHandoff(keyring, address.origin, { ...link, sealedToken }));
  const message = `A link hands the admission over to ${address.origin}.`;
  context.emit({ type: 'handoff.created', level: 'info', message, admissionId: admission.id });
  return address.href;
}

function destinationOf(handoff: Handoff | undefined, url: string): Handoff & { readonly address: URL } {
  if (handoff === undefined) throw new TypeError('createHandoffUrl needs the option "handoff"');
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address !== undefined && handoff.destinations.has(address.origin)) return { ...handoff, address };
  throw new TypeError('"url" must be an absolute address at one of the origins in "handoff.destinations"');
}

function checkedSeconds(seconds: number): number {
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= LONGEST_SECONDS) return seconds;
  throw new TypeError(`"expiresInSeconds" must be a number from 1 to ${LONGEST_SECONDS}`);
}

function nothingToHandOver(): FanfareError {
  const message =
    'Nothing to hand over: give the request of an admitted shopper, or its own "req.admission".';
  return new FanfareError('ADMISSION_REQUIRED', { message });
}

function ofRequest(states: RequestStates, req: Request): HeldSession | undefined {
  const { picked, sessions } = states.of(req);
  return picked ?? sessions.find(({ standing }) => standing === 'good');
}

interface Holding {
  readonly id: string;
  readonly token: string;
  readonly endsAt: number;
}

/** Until the link is taken or has lapsed, nobody but who takes it can order. */
async function hold(context: Context, held: HeldSession, { id, token, endsAt }: Holding): Promise<void> {
  const { ledger, owner } = context;
  const { admission } = held.session;
  await noteLink(context, id, 'held', endsAt);
  let met: Row | undefined;
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcome = await ledger.claim({
      ...{ admission, attemptId: id, owner, leaseMs: LEASE_MS, supersede: false },
      tokenHash: hashOf(token),
      sidHash: sidHashOf(held.session),
      // The payment of an order attempt may still end: only an order of its own may take its place, and tell of it.
      takeUnresolved: isHeldByLink(met),
    });
    if (outcome.outcome === 'denied') throw new FanfareError('ADMISSION_INVALID');
    if (outcome.outcome === 'claimed') return park(context, admission.id, id, endsAt);
    met = outcome.row;
    if (await endEarlierLink(context, met, held.session)) continue;
    const barred = await barrier(context, { held, onPending: 'refuse', waitUntil: 0 }, met);
    if (barred !== undefined) throw new FanfareError(barred.refusal.code);
  }
  throw new FanfareError('ADMISSION_IN_USE');
}

/** For longer than the other domain takes the link, however our clocks differ. */
async function park(
  { ledger, clock }: Context,
  admissionId: string,
  id: string,
  endsAt: number,
): Promise<void> {
  const pendingMs = endsAt + CLOCK_TOLERANCE_MS - clock.now();
  const parked = await ledger.settle({ admissionId, attemptId: id }, { to: 'pending', pendingMs });
  if (!parked) throw new FanfareError('ADMISSION_IN_USE');
}

/** The way of an admission to a checkout on another domain: a link made here, and taken there, once. */
import { earliest, isPast } from '../admission/expiry.js';
import type { RequestAdmission } from '../admission/admission.js';
import { FanfareError } from '../errors.js';
import { hashOf } from '../tokens/admission-token.js';
import { handedSid, type HandoffLink, readHandoff, signHandoff } from '../tokens/handoff-link.js';
import { openToken, sealToken } from '../tokens/seal.js';
import type { Session } from '../tokens/session.js';
import { barrier } from './barrier.js';
import type { Context, Handoff } from './context.js';
import { endEarlierLink, newLinkId } from './held-by-link.js';
import type { Request, Response } from './http.js';
import type { RequestState, RequestStates, TokenTrouble } from './request-state.js';
import { type HeldSession, sessionShown, sidHashOf, tokenOf, writeSession } from './sessions.js';
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
/** The note of a link outlives it, so that what it held can be told from an order attempt. */
const REMEMBERED_MS = 86_400_000;
const ROUNDS = 3;

/** `fanfare.createHandoffUrl`. */
export async function createHandoffUrl(
  context: Context,
  states: RequestStates,
  reference: Request | RequestAdmission,
  { url, expiresInSeconds = 60 }: HandoffUrlOptions,
): Promise<string> {
  const { keyring, address } = destinationOf(context.handoff, url);
  const endsInMs = checkedSeconds(expiresInSeconds) * 1_000;
  const here = holderOf(states, reference);
  const token = tokenOf(context, here);
  if (token === undefined) throw new FanfareError('ADMISSION_INVALID');
  const { admission } = here.session;
  const now = context.clock.now();
  const endsAt = earliest(now + endsInMs, admission.expiresAt) ?? now;
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

function holderOf(states: RequestStates, reference: Request | RequestAdmission): HeldSession {
  const held = 'headers' in reference ? ofRequest(states, reference) : sessionShown(reference);
  if (held !== undefined) return held;
  const message =
    'Nothing to hand over: give the request of an admitted shopper, or its own "req.admission".';
  throw new FanfareError('ADMISSION_REQUIRED', { message });
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
  const { ledger, owner, clock } = context;
  const { admission } = held.session;
  await ledger.addNote({ kind: 'handoff', key: id, value: '', until: endsAt + REMEMBERED_MS });
  for (let round = 0; round < ROUNDS; round += 1) {
    const outcome = await ledger.claim({
      ...{ admission, attemptId: id, owner, leaseMs: LEASE_MS, supersede: false },
      tokenHash: hashOf(token),
      sidHash: sidHashOf(held.session),
      // Its payment may still end: only an order of its own may take its place, and tell of it.
      takeUnresolved: false,
    });
    if (outcome.outcome === 'denied') throw new FanfareError('ADMISSION_INVALID');
    if (outcome.outcome === 'claimed') {
      const holder = { admissionId: admission.id, attemptId: id };
      await ledger.settle(holder, { to: 'pending', pendingMs: endsAt - clock.now(), notAfter: endsAt });
      return;
    }
    if (await endEarlierLink(context, outcome.row, held.session)) continue;
    const barred = await barrier(context, { held, onPending: 'refuse', waitUntil: 0 }, outcome.row);
    if (barred !== undefined) throw new FanfareError(barred.refusal.code);
  }
  throw new FanfareError('ADMISSION_IN_USE');
}

/** Takes a link: the session it tells of begins in this browser, unless it is no link for here or was taken before. */
export async function takeLink(
  context: Context,
  state: RequestState,
  res: Response,
  text: string,
): Promise<HeldSession | TokenTrouble> {
  const taken = readLink(context, text);
  if (!('token' in taken)) return taken;
  const { session, token, id, endsAt } = taken;
  const { ledger, clock, emit } = context;
  // Known already where both sites keep one ledger; where they do not, this side alone knows that it was taken.
  await ledger.addNote({ kind: 'handoff', key: id, value: '', until: endsAt + REMEMBERED_MS });
  if ((await ledger.useNote('handoff', id, 1)) === undefined) return refused('the link was taken before');
  await holdOn(context, session, id);
  const { admission } = session;
  const others = state.sessions.filter((other) => other.session.admission.id !== admission.id);
  const begun = { ...session, startedAt: clock.now() };
  const sealed = sealToken(context.keyring, token, admission.id);
  const held = await writeSession(context, res, begun, sealed, others);
  state.sessions = [held, ...others];
  const message = 'An admission came by a link from another domain.';
  emit({ type: 'admission.attached', level: 'info', message, admissionId: admission.id });
  return held;
}

type ReadLink = HandoffLink & { readonly token: string };

function readLink({ handoff, settings, clock }: Context, text: string): ReadLink | TokenTrouble {
  const link = handoff?.origin && readHandoff(handoff.keyring, handoff.origin, text);
  if (!link) return refused('the link is none that was made for this site');
  if (link.organizationId !== settings.organizationId)
    return { refused: 'ADMISSION_MISMATCH', detail: 'the link is of another organization' };
  const { admission } = link.session;
  if (isPast(admission.expiresAt, clock.now())) return { answer: 'no', code: 'ADMISSION_EXPIRED' };
  if (isPast(link.endsAt, clock.now())) return refused('the link is over');
  const token = openToken(handoff.keyring, link.sealedToken, admission.id);
  return token === undefined ? refused('the token in the link does not open') : { ...link, token };
}

/** What was held until the link's end is held until the admission's now: the site that made the link has handed it over. */
async function holdOn({ ledger, settings, clock }: Context, session: Session, id: string): Promise<void> {
  const { expiresAt, id: admissionId } = session.admission;
  const now = clock.now();
  const notAfter = expiresAt === undefined ? now + settings.maxSessionMs : expiresAt + settings.orderGraceMs;
  await ledger.settle({ admissionId, attemptId: id }, { to: 'pending', pendingMs: notAfter - now, notAfter });
}

function refused(detail: string): TokenTrouble {
  return { refused: 'ADMISSION_INVALID', detail };
}

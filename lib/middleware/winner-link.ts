/** A link for an e-mail in place of the token in it: our own, opaque, and good until its deadline. */
import { createHash, randomBytes } from 'node:crypto';
import { earliest, parseTime } from '../admission/expiry.js';
import { admissionId, type DistributionType, isAnothers } from '../admission/identity.js';
import type { No } from '../admission/verdict.js';
import { FanfareError } from '../errors.js';
import { isLoopback } from '../fanfare-api/base-url.js';
import { checkOptions, kindOf } from '../option-checks.js';
import { type HandedToken, type PresentedToken, readAdmissionToken } from '../tokens/admission-token.js';
import { openToken, sealToken } from '../tokens/seal.js';
import type { Context } from './context.js';

/** An admission as Fanfare's webhooks tell of it. */
export interface WinnerAdmission {
  readonly token: string;
  readonly consumerId: string;
  readonly distributionId: string;
  readonly distributionType: DistributionType;
  /** When the admission ends: ISO 8601, milliseconds or seconds since the epoch. */
  readonly expiresAt?: string | number;
}

export interface WinnerLinkOptions {
  /** The page that `winnerPage` serves, absolute; https, except on loopback. */
  readonly url: string;
  /**
   * Until when the winner may buy: ISO 8601, milliseconds or seconds since the epoch. The link and the sessions that it
   * begins end then. The admission's end counts where it is earlier, and alone where this is left out; one of them must be
   * there.
   */
  readonly deadline?: string | number;
}

/** Names a link in the page's address. */
export const WINNER_PARAMETER = 'fanfare_winner';
/** How often a link may be redeemed; visits do not count. */
export const MOST_USES = 5;

const ID_BYTES = 16;
const ID = /^[A-Za-z0-9_-]{22}$/;

/** `fanfare.createWinnerLink`. */
export async function createWinnerLink(
  { keyring, ledger, clock, emit, settings }: Context,
  admission: WinnerAdmission,
  options: WinnerLinkOptions,
): Promise<string> {
  checkOptions('createWinnerLink', options, ['url', 'deadline']);
  const address = addressOf(options.url);
  const now = clock.now();
  const presented = presentedBy(admission, settings.organizationId, now);
  const until = earliest(
    presented.expiresAt,
    timeOf(
      options.deadline,
      () => new TypeError(`"deadline" must be a time, got ${kindOf(options.deadline)}`),
    ),
  );
  if (until === undefined)
    throw new TypeError('"deadline" must be given, since the admission does not say when it ends');
  if (until <= now) throw new FanfareError('ADMISSION_EXPIRED');
  const id = randomBytes(ID_BYTES).toString('base64url');
  const { token, consumerId, distributionId, distributionType } = presented;
  const kept = { consumerId, distributionId, distributionType, expiresAt: until };
  const value = JSON.stringify({ ...kept, sealed: sealToken(keyring, token, boundTo(id)) });
  await ledger.addNote({ kind: 'winner', key: noteKey(id), value, until });
  address.searchParams.set(WINNER_PARAMETER, id);
  const message = 'A winner link was made.';
  const named = { admissionId: admissionId(settings.organizationId, presented, presented.admittedAt) };
  emit({ type: 'winner_link.created', level: 'info', message, ...named, until });
  return address.href;
}

function addressOf(url: unknown): URL {
  const address = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (address !== undefined && isSafe(address)) return address;
  throw new TypeError(
    `"url" must be an absolute https address (http only on this machine), such as "https://shop.example/winner", got ${kindOf(url)}`,
  );
}

function isSafe(address: URL): boolean {
  return address.protocol === 'https:' || (address.protocol === 'http:' && isLoopback(address));
}

/** Whatever can be told of an admission before Fanfare is asked is told now, to whoever sends the e-mail. */
function presentedBy(admission: WinnerAdmission, organizationId: string, now: number): PresentedToken {
  timeOf(admission.expiresAt, () =>
    refused('INVALID_ADMISSION_DATA', `"expiresAt" is no time, but ${kindOf(admission.expiresAt)}`),
  );
  const presented = readAdmissionToken(admission, now);
  if ('refused' in presented) throw refused(presented.refused, presented.detail);
  if (isAnothers(presented.organizationId, organizationId))
    throw refused('ADMISSION_MISMATCH', 'the token names another organization');
  return presented;
}

function refused(code: FanfareError['code'], detail: string): FanfareError {
  return new FanfareError(code, { message: `createWinnerLink: ${detail}` });
}

function timeOf(value: unknown, flaw: () => Error): number | undefined {
  const time = parseTime(value);
  if (value !== undefined && time === undefined) throw flaw();
  return time;
}

/** The token as it was handed to us, and how often the link was redeemed. */
export interface WinnerLink {
  readonly answer: 'yes';
  readonly handed: HandedToken;
  readonly uses: number;
}

/** Whether it has the shape of a link's name. */
export function isWinnerId(id: unknown): id is string {
  return typeof id === 'string' && ID.test(id);
}

const NOT_GOOD: No = { answer: 'no', code: 'ADMISSION_INVALID' };

/** What a link stands for. A no is the same for one that never was, and for one past its deadline. */
export async function findWinnerLink({ keyring, ledger }: Context, id: string): Promise<WinnerLink | No> {
  const note = await ledger.findNote('winner', noteKey(id));
  if (note === undefined) return NOT_GOOD;
  const { sealed, ...ids } = JSON.parse(note.value) as Omit<HandedToken, 'token'> & {
    readonly sealed: string;
  };
  const token = openToken(keyring, sealed, boundTo(id));
  return token === undefined ? NOT_GOOD : { answer: 'yes', handed: { ...ids, token }, uses: note.uses };
}

/** Counts a redemption; `undefined` when it was one too many, or the deadline has come. */
export async function countUse({ ledger }: Context, id: string): Promise<number | undefined> {
  return (await ledger.useNote('winner', noteKey(id), MOST_USES))?.uses;
}

/** A reader of the ledger finds no link that works. */
function noteKey(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** What one link's token was sealed for; no admission's id looks like it. */
function boundTo(id: string): string {
  return `winner:${id}`;
}

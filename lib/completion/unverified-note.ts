/** How an admission that nobody has checked is written into a note, its token sealed, and read from one. */
import { compact } from '../admission/compact.js';
import type { Question } from '../admission/verdict.js';
import type { Note } from '../ledger/note.js';

/** What was let in. `expiresAt`: as its token says, in milliseconds since the epoch. */
export interface Claimed extends Question {
  readonly expiresAt?: number;
}

/** Keeps tokens unreadable for whoever can read the ledger. */
export interface Seal {
  readonly seal: (token: string, admissionId: string) => string;
  /** `undefined`: it was sealed with a secret that is not ours (any more). */
  readonly open: (sealed: string, admissionId: string) => string | undefined;
}

/** The value of a note that is done: what Fanfare has answered. */
export const CONFIRMED = 'confirmed';
export const REFUSED = 'refused';

/** Without `token`: the seal does not open. */
export type Recalled = Omit<Claimed, 'token'> & Partial<Pick<Claimed, 'token'>>;

type Kept = Omit<Claimed, 'token'> & { readonly sealedToken: string };

/** The value of the note. */
export function writeClaimed({ seal }: Seal, admissionId: string, claimed: Claimed): string {
  const { token, consumerId, distributionId, distributionType, expiresAt } = claimed;
  const sealedToken = seal(token, admissionId);
  const kept: Kept = compact({ sealedToken, consumerId, distributionId, distributionType, expiresAt });
  return JSON.stringify(kept);
}

export function readClaimed({ open }: Seal, { key, value }: Note): Recalled {
  const { sealedToken, ...claimed } = JSON.parse(value) as Kept;
  return compact({ ...claimed, token: open(sealedToken, key) });
}

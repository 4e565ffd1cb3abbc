/** Where keys come from. */
import type { Moment } from '../validation/offline-verifier.js';
import type { VerificationKey } from './keys.js';

export interface KeySource {
  /** Nothing can have been signed by a key that is not among them. */
  readonly complete: boolean;
  /** What is known now; never waits. `undefined`: nothing that may still be used. */
  current(at: Moment): readonly VerificationKey[] | undefined;
  /** Looks for newer keys, unless it is too early for that. Never rejects. */
  refresh(at: Moment): Promise<void>;
}

/** Keys that were handed in: they are taken for all there are. */
export function fixedKeys(keys: readonly VerificationKey[]): KeySource {
  return { complete: true, current: () => keys, refresh: () => Promise.resolve() };
}

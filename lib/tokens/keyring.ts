/** The merchant's session secrets as ready-made keys: made once, because making one costs fifty times using it. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** The keys of one secret. */
interface Key {
  readonly signing: KeyObject;
  readonly sealing: KeyObject;
}

/** Newest first: the first signs and seals, all verify and open. */
export type Keyring = readonly [Key, ...Key[]];

const SEALING_PURPOSE = 'express-fanfare admission token';

/** Makes the keys of a list of secrets; `options.ts` has checked their number and length. */
export function createKeyring(secrets: readonly string[]): Keyring {
  const [first, ...older] = secrets.map(keyOf);
  if (first === undefined) throw new TypeError('"session.secrets" must hold at least one secret');
  return [first, ...older];
}

function keyOf(secret: string): Key {
  const bytes = Buffer.from(secret);
  return {
    signing: createSecretKey(bytes),
    sealing: createSecretKey(Buffer.from(hkdfSync('sha256', bytes, '', SEALING_PURPOSE, 32))),
  };
}

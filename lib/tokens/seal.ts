/** Keeps the admission token inside the session cookie unreadable: only a submit, which asks Fanfare again, opens it. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type * as Zlib from 'node:zlib';
import type { Keyring } from './keyring.js';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const LONGEST_TOKEN = 1_800;

/** Seals a token for one admission (AES-256-GCM, the admission id as associated data). */
export function sealToken(keyring: Keyring, token: string, admissionId: string): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, keyring[0].sealing, iv).setAAD(Buffer.from(admissionId));
  // Tokens use 6 of 8 bits of a byte; packed, the longest one still fits a cookie after two rounds of base64.
  const sealed = Buffer.concat([cipher.update(zlib().deflateRawSync(token)), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url');
}

/** Opens what {@link sealToken} made, with whichever key fits; `undefined` when none does. */
export function openToken(keyring: Keyring, sealed: string, admissionId: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64url');
  if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined;
  for (const { sealing } of keyring) {
    const decipher = createDecipheriv(CIPHER, sealing, bytes.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(admissionId))
      .setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    const packed = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
    try {
      decipher.final();
    } catch {
      // Not this key; a rotated secret may still have one that fits.
      continue;
    }
    return zlib().inflateRawSync(packed, { maxOutputLength: LONGEST_TOKEN }).toString('latin1');
  }
  return undefined;
}

function zlib(): typeof Zlib {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- page loads open no seal: not at import
  return require('node:zlib') as typeof Zlib;
}

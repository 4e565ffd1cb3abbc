/** The name under which a verdict is kept: a hash, so that no cache ever holds a token. */
import { hash } from 'node:crypto';
import type { Question } from '../admission/verdict.js';

/** Whose questions these are: two dialects or organizations never share a verdict. */
export interface Asker {
  readonly dialect: string;
  readonly organizationId: string;
}

/** SHA-256 over the length-prefixed parts, so that no two questions are ever written alike. */
export function questionKey({ dialect, organizationId }: Asker, question: Question): string {
  const { token, distributionType, distributionId, consumerId, fingerprint = '' } = question;
  const parts = [dialect, organizationId, token, distributionType, distributionId, consumerId, fingerprint];
  return hash('sha256', parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join(''), 'base64url');
}

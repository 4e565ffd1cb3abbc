/** A script of ours, and how a server that may not know it yet is brought to run it. */
import { createHash } from 'node:crypto';
import type { RedisCalls } from './redis-client.js';

export interface Script {
  readonly text: string;
  /** SHA-1 of the text (hex): what the server knows it by. */
  readonly sha: string;
}

export function script(...pieces: readonly string[]): Script {
  const text = pieces.join('');
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Runs a script by its digest; a server that has never seen it, or forgot it at a restart, is sent the whole. */
export async function runScript(
  calls: RedisCalls,
  { text, sha }: Script,
  key: string,
  args: readonly string[],
): Promise<unknown> {
  try {
    return await calls.evalSha(sha, key, args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return calls.eval(text, key, args);
  }
}

/** A server takes a negative limit for none at all, and no number that is too large for it. */
export function atLeastNone(limit: number): number {
  return Math.min(Math.max(0, limit), 2 ** 31);
}

/** Fetching a key set once: with a deadline, a limit on its size, and no redirect followed. */
import { compact } from '../admission/compact.js';
import { withDeadline } from '../fanfare-api/deadline.js';
import { parseObject } from '../fanfare-api/error-body.js';
import { type Answer, statusWords } from '../fanfare-api/http-answer.js';
import { createTransport } from '../fanfare-api/transport.js';
import type { Unfetched } from './fetched-keys.js';
import { readJwk, type VerificationKey } from './keys.js';

const DEADLINE_MS = 3_000;
/** Each token without a key id may be tried with all of them. */
const MOST_KEYS = 50;
const HEADERS = { Accept: 'application/jwk-set+json, application/json' };

/** Resolves to the usable keys of the set, at least one, or to why there are none. Never rejects. */
export async function downloadKeys(url: URL): Promise<readonly VerificationKey[] | Unfetched> {
  const transport = createTransport(url.origin);
  const path = url.pathname + url.search;
  const answer = await withDeadline(DEADLINE_MS, (deadline) =>
    transport.get({ path, headers: HEADERS, deadline }),
  );
  await transport.close();
  return 'failed' in answer ? { failed: answer.failed } : readAnswer(answer);
}

function readAnswer({ status, body }: Answer): readonly VerificationKey[] | Unfetched {
  if (status !== 200) return { failed: statusWords(status), status };
  if (typeof body !== 'string') return { failed: body.cut, status };
  const keys = readKeySet(body);
  return 'failed' in keys ? compact({ ...keys, status }) : keys;
}

/** Keys for other purposes, or of kinds that we do not know, may stand beside those we need. */
function readKeySet(text: string): readonly VerificationKey[] | Unfetched {
  const listed = parseObject(text)?.['keys'];
  if (!Array.isArray(listed)) return { failed: 'the answer is no JSON object with a list of "keys"' };
  if (listed.length > MOST_KEYS) return { failed: `the set holds more than ${MOST_KEYS} keys` };
  const keys = listed.map(readJwk).filter((key) => 'key' in key);
  return keys.length === 0 ? { failed: 'the set holds no key that verifies signatures' } : keys;
}

/** What a server must be and should be, to keep orders. */
import type { RedisCalls } from './redis-client.js';
import { runScript, script } from './redis-script.js';

/** Asked by a script, so that in a cluster the node that holds the ledger answers. */
const INFO = script(`
local info = redis.pcall('INFO')
return type(info) == 'string' and info or ''
`);

/** The oldest version we use nothing newer than. */
const OLDEST = '6.2';

/**
 * Rejects on a server that cannot keep a ledger: a replica, or one that is too old. Resolves to a sentence for each
 * setting by which it could lose orders, or which it does not tell.
 */
export async function checkServer(calls: RedisCalls, key: string): Promise<readonly string[]> {
  const info = String(await runScript(calls, INFO, key, []));
  refuseReplica(told(info, 'role'));
  refuseOld(told(info, 'redis_version'));
  const warnings = [
    told(info, 'aof_enabled') === '1' ? await ofSync(calls) : ofLog(told(info, 'aof_enabled')),
    ofEviction(told(info, 'maxmemory_policy')),
  ];
  return warnings.filter((warning) => warning !== undefined);
}

function told(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
}

function refuseReplica(role: string | undefined): void {
  if (role !== 'slave') return;
  throw new Error('The Redis ledger is on a read-only replica: connect to the server that takes writes.');
}

function refuseOld(version: string | undefined): void {
  if (version === undefined || version.localeCompare(OLDEST, 'en', { numeric: true }) >= 0) return;
  throw new Error(`The Redis ledger needs Redis ${OLDEST} or later, or Valkey; this is ${version}.`);
}

function ofLog(enabled: string | undefined): string {
  return enabled === undefined
    ? 'Redis does not tell whether it writes its append-only file: make sure that appendonly is "yes" and appendfsync is "always".'
    : 'Redis writes no append-only file (appendonly is "no"): a restart loses every order since its last snapshot.';
}

async function ofSync(calls: RedisCalls): Promise<string | undefined> {
  const appendfsync = await calls.setting('appendfsync').catch(notTold);
  if (appendfsync === undefined) {
    return 'Redis does not tell when it syncs its append-only file (CONFIG is not allowed): make sure that appendfsync is "always".';
  }
  if (appendfsync === 'always') return undefined;
  const lost = appendfsync === 'everysec' ? 'up to a second of' : 'any number of';
  return `Redis does not sync every write (appendfsync is "${appendfsync}", not "always"): a crash of its machine loses ${lost} acknowledged orders.`;
}

/** An error of the server's own begins with a word in capitals; any other means that there was no answer. */
function notTold(error: unknown): undefined {
  if (!(error instanceof Error && /^[A-Z]+ /.test(error.message))) throw error;
}

function ofEviction(policy: string | undefined): string | undefined {
  if (policy === 'noeviction') return undefined;
  return policy === undefined
    ? 'Redis does not tell what it evicts: make sure that maxmemory-policy is "noeviction".'
    : `Redis may evict orders when its memory is full (maxmemory-policy is "${policy}", not "noeviction").`;
}

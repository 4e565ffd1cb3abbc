/** What the command can know: the environment, the ledger it names, and Fanfare's answer. */
import { compact } from '../admission/compact.js';
import { readApi } from '../api-options.js';
import { entropyOf } from '../doctor/entropy.js';
import type { Facts } from '../doctor/facts.js';
import { apiFacts } from '../doctor/gather.js';
import { kindOfKey } from '../doctor/key-kind.js';
import { parseBaseUrl } from '../fanfare-api/base-url.js';
import type { HealthQuestion } from '../fanfare-api/health.js';
import { readOrganization, readSecretKey, readSecrets } from '../option-readers.js';
import { messageOf, type Terminal } from './command.js';
import type { LedgerAddress } from './ledger-address.js';
import { withOpenedLedger } from './open-ledger.js';

/** Never rejects; without an address the ledger is not looked at. */
export async function gatherFacts(address: LedgerAddress | undefined, terminal: Terminal): Promise<Facts> {
  const { facts, question } = readEnvironment(terminal.environment);
  const [ledger, api] = await Promise.all([
    address && ledgerFacts(address, terminal),
    question && apiFacts(question, terminal.clock),
  ]);
  return { ...facts, ...compact({ ledger, engine: address?.engine }), ...api };
}

interface Read {
  readonly facts: Facts;
  /** Absent: there is no address to ask. */
  readonly question: HealthQuestion | undefined;
}

/** As `createFanfare` reads it, but on to the end whatever is wrong. */
function readEnvironment(environment: Terminal['environment']): Read {
  const wrongOptions: string[] = [];
  const read = <T>(reader: () => T): T | undefined => {
    try {
      return reader();
    } catch (error) {
      wrongOptions.push(messageOf(error));
      return undefined;
    }
  };
  const organizationId = read(() =>
    readOrganization(environment['FANFARE_ORGANIZATION_ID'] ?? environment['FANFARE_ORG_ID']),
  );
  const secretKey = read(() => readSecretKey(environment['FANFARE_SECRET_KEY']));
  const secrets = read(() => readSecrets(environment['FANFARE_SESSION_SECRET']));
  const api = read(() => readFittingApi(environment));
  return {
    facts: {
      environment: environment['NODE_ENV'] ?? '',
      wrongOptions,
      ...(typeof secretKey === 'string' ? { key: kindOfKey(secretKey) } : {}),
      ...(secrets === undefined ? {} : { secretEntropy: Math.min(...secrets.map(entropyOf)) }),
    },
    question: api && {
      ...api,
      organizationId: organizationId ?? '',
      // Half of the two says nothing.
      ...(organizationId === undefined ? {} : compact({ secretKey })),
    },
  };
}

function readFittingApi(environment: Terminal['environment']): Pick<HealthQuestion, 'dialect' | 'baseUrl'> {
  const { dialect, baseUrl } = readApi({}, environment);
  parseBaseUrl(baseUrl ?? dialect.baseUrl);
  return compact({ dialect, baseUrl });
}

async function ledgerFacts(address: LedgerAddress, terminal: Terminal): Promise<Facts['ledger']> {
  try {
    return await withOpenedLedger(address, terminal, (_ledger, warnings) => Promise.resolve({ warnings }));
  } catch (error) {
    const { cause } = error as Error;
    return { fault: cause === undefined ? messageOf(error) : messageOf(cause) };
  }
}

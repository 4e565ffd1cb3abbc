/** `express-fanfare doctor`: what is wrong with the environment, the ledger and the way to Fanfare. */
import { parseArgs } from 'node:util';
import type { Terminal } from './command.js';
import { command } from './command.js';
import { gatherFacts } from './doctor-facts.js';
import { reportOf, resultsOf } from './doctor-text.js';
import type { LedgerAddress } from './ledger-address.js';
import { ADDRESS_HELP, ADDRESS_OPTIONS, readAddress } from './ledger-address.js';

const HELP = `Usage: express-fanfare doctor [options]

Looks at what a shop in this environment would meet: FANFARE_ORGANIZATION_ID, FANFARE_SECRET_KEY,
FANFARE_SESSION_SECRET, FANFARE_API_URL, NODE_ENV, its ledger, and Fanfare's health check.
What only requests show, such as a proxy, a running shop says as the event doctor.finding.

Options:
${ADDRESS_HELP}  --json              as JSON
  -h, --help          this text

Exit codes: 0 no problem, 1 problems, 2 not understood.
`;

interface Asked {
  readonly address: LedgerAddress | undefined;
  readonly json: boolean;
}

export const doctorCommand = command<Asked>({ help: HELP, read, act });

function read(args: readonly string[], { environment }: Terminal): Asked | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: { ...ADDRESS_OPTIONS, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return 'help';
  const { ledger, schema, prefix, json = false } = values;
  const isNamed = [ledger, schema, prefix, environment['FANFARE_LEDGER']].some(Boolean);
  return { address: isNamed ? readAddress(values, environment) : undefined, json };
}

async function act({ address, json }: Asked, terminal: Terminal): Promise<number> {
  const results = resultsOf(await gatherFacts(address, terminal));
  terminal.out(json ? `${JSON.stringify(results, undefined, 2)}\n` : reportOf(results));
  if (address === undefined)
    terminal.err('The ledger was not looked at: name it by --ledger or FANFARE_LEDGER.\n');
  return results.some(({ outcome }) => outcome === 'problem') ? 1 : 0;
}

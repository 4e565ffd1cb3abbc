/** `express-fanfare emulator`: a local Fanfare that runs until it is stopped. */
import { parseArgs } from 'node:util';
import { createEmulator } from '../emulator/create-emulator.js';
import { demoExperiences } from '../emulator/experiences.js';
import type { Terminal } from './command.js';
import { command, messageOf } from './command.js';

/** Fanfare's own port for local development, per the vendor's API reference. */
const DEFAULT_PORT = 4_802;
const DEFAULT_HOST = '127.0.0.1';
const ORGANIZATION_ID = 'org_emulator';
const SECRET_KEY = 'sk_test_emulator';

const HELP = `Usage: express-fanfare emulator [options]

Runs a local stand-in for Fanfare until it is stopped with Ctrl+C. Needs Express installed.

Options:
  --port <number>   where to listen; 0 takes any free port (default ${DEFAULT_PORT})
  --host <address>  default ${DEFAULT_HOST}: reachable from this machine only
  -h, --help        this text
`;

interface Where {
  readonly port: number;
  readonly host: string;
}

/** Resolves once the emulator has been stopped, or at once when it cannot start. */
export const emulatorCommand = command({ help: HELP, read: readWhere, act: serve });

async function serve(where: Where, terminal: Terminal): Promise<number> {
  const emulator = createEmulator({ organizationId: ORGANIZATION_ID, secretKey: SECRET_KEY });
  const stopped = terminal.stopped();
  const { url } = await emulator.listen(where.port, where.host).catch((error: unknown) => {
    throw new Error(explain(error, where));
  });
  terminal.out(greeting(url));
  await stopped;
  await emulator.close();
  terminal.out('The emulator has stopped.\n');
  return 0;
}

function readWhere(args: readonly string[]): Where | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) return 'help';
  const { port = String(DEFAULT_PORT), host = DEFAULT_HOST } = values;
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`--port must be a number from 0 to 65535, got "${port}"`);
  }
  return { port: Number(port), host };
}

function greeting(url: string): string {
  const distributions = demoExperiences.flatMap(({ name, distributions: all }) =>
    all.map(({ id }) => `  ${id.padEnd(14)}${name}`),
  );
  return `Fanfare emulator

  Address          ${url}
  Organization id  ${ORGANIZATION_ID}
  Secret key       ${SECRET_KEY}

For your shop's environment:

FANFARE_ORGANIZATION_ID=${ORGANIZATION_ID}
FANFARE_SECRET_KEY=${SECRET_KEY}
FANFARE_API_URL=${url}

Distributions:
${distributions.join('\n')}

A token without waiting:
  curl -s ${url}/emulator/admissions -H 'Content-Type: application/json' \\
    -d '{"distributionId":"queue_demo","distributionType":"queue"}'

The next order's completion works, and its answer is lost (GET lists what is to come):
  curl -s ${url}/emulator/faults -H 'Content-Type: application/json' \\
    -d '{"once":{"kind":"answer-lost","on":"complete"}}'

Open ${url}/ to see what happens to each admission. Stop with Ctrl+C.
`;
}

function explain(error: unknown, { port, host }: Where): string {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken. Choose another one: --port <number>, or --port 0.`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `This machine has no address "${host}".`;
  return messageOf(error);
}

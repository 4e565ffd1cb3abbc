/** The example shop as its reader runs it: a process of its own, on the compiled package. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = join(__dirname, '..', '..');
const SHOP = 'examples/express-checkout';

export interface RunningShop {
  readonly origin: string;
  readonly emulatorUrl: string | undefined;
}

const running = new Set<ChildProcess>();

/** Ends every shop without a warning: for `afterAll`. */
export async function killShops(): Promise<void> {
  for (const child of running) {
    child.kill('SIGKILL');
    await once(child, 'close');
  }
}

/** Lays the package and the shop out as npm would, and returns the folder. */
export function installShop(): string {
  const folder = temporaryFolder();
  const home = join(folder, 'node_modules/express-fanfare');
  placeLib(join(home, 'dist'));
  copyFileSync(join(ROOT, 'package.json'), join(home, 'package.json'));
  cpSync(join(ROOT, SHOP), join(folder, 'shop'), { recursive: true });
  return folder;
}

export interface Start {
  readonly environment?: Readonly<Record<string, string>>;
  /** A script that runs before the shop's own. */
  readonly before?: string;
}

/** Runs the shop until it ends by itself. */
export async function runShop(folder: string, start: Start): Promise<{ code: unknown; errors: string }> {
  const child = spawnShop(folder, start);
  const errors = textOf(child.stderr);
  const [code] = (await once(child, 'close')) as [unknown];
  return { code, errors: errors() };
}

/** Starts the shop and waits until it is open. */
export async function startShop(folder: string, start: Start = {}): Promise<RunningShop> {
  const child = spawnShop(folder, start);
  const [text, errors] = [textOf(child.stdout), textOf(child.stderr)];
  const closed = once(child, 'close');
  while (!text().includes('Orders and ledger')) {
    await Promise.race([once(child.stdout!, 'data'), closed]);
    if (child.exitCode !== null) throw new Error(errors());
  }
  const [origin = '', emulatorUrl] = text().match(/http:\/\/127\.0\.0\.1:\d+/g) ?? [];
  return { origin, emulatorUrl };
}

function spawnShop(folder: string, { environment = {}, before }: Start): ChildProcess {
  const preload = before === undefined ? [] : ['--require', before];
  const child = spawn(process.execPath, [...preload, join(folder, 'shop/server.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...CHILD_ENVIRONMENT, PORT: '0', SHOP_DATA: join(folder, 'data'), ...environment },
  });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

function textOf(stream: ChildProcess['stdout']): () => string {
  let text = '';
  stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

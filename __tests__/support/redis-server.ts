/** A Redis or Valkey server of a test's own: real, on loopback, with a data folder that goes when it stops. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from './free-port.js';
import { removeFolder, temporaryFolder } from './temporary-folder.js';

const BINARY = ['redis-server', 'valkey-server'].find(isInstalled);
const ATTEMPTS = 5;

function isInstalled(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Started by `start`; its data outlive `kill` and `restart`, not `stop`. */
export class RedisServer {
  readonly #settings: readonly string[];
  #folder: string | undefined;
  #port = 0;
  #process: ChildProcess | undefined;

  /** @param settings more arguments, such as `'--appendonly', 'no'`; the last word on a setting counts */
  constructor(...settings: readonly string[]) {
    this.#settings = settings;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Resolves when it answers. Another process may be quicker to take the free port: then it tries the next. */
  async start(): Promise<void> {
    this.#folder ??= temporaryFolder();
    for (let attempt = 1; ; attempt += 1) {
      this.#port = await freePort();
      try {
        await this.restart();
        return;
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Starts it again on the same port with the data it left. */
  async restart(): Promise<void> {
    if (this.#folder === undefined) throw new Error('The server was never started.');
    const log = join(this.#folder, 'log');
    const running = spawn(BINARY ?? 'redis-server', [...this.#arguments(this.#folder, log)], {
      stdio: 'ignore',
    });
    this.#process = running;
    while (!(await answers(this.#port))) {
      if (running.exitCode !== null)
        throw new Error(`The server did not start: ${readFileSync(log, 'utf8')}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null) return;
    const gone = once(running, 'exit');
    running.kill('SIGKILL');
    await gone;
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    if (this.#folder !== undefined) removeFolder(this.#folder);
    this.#folder = undefined;
  }

  *#arguments(folder: string, log: string): Iterable<string> {
    yield* ['--port', String(this.#port), '--bind', '127.0.0.1', '--dir', folder, '--logfile', log];
    yield* ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always'];
    yield* this.#settings;
  }
}

/**
 * A suite with a server of its own, started before and stopped after it. Without a server to start it is skipped, and its
 * title says what to install.
 */
export function describeWithRedis(
  title: string,
  body: (server: RedisServer) => void,
  server = new RedisServer(),
): void {
  const declare = BINARY === undefined ? describe.skip : describe;
  declare(BINARY === undefined ? `${title} (install redis-server or valkey-server)` : title, () => {
    beforeAll(() => server.start());
    body(server);
    // Last, so that the suite has ended its clients: one whose server dies under it lingers.
    afterAll(() => server.stop());
  });
}

/** Whether a server there has loaded its data and takes commands. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const over = (answered: boolean): void => {
      socket.destroy();
      resolve(answered);
    };
    socket.on('connect', () => socket.write('PING\r\n'));
    socket.on('data', (answer) => {
      over(answer.toString().startsWith('+PONG'));
    });
    socket.on('error', () => {
      over(false);
    });
  });
}

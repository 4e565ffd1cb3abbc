/** A PostgreSQL server of a test's own: a new data folder, a free port on loopback, gone when the test is over. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { Client, Pool, type PoolConfig } from 'pg';
import { migratePostgres } from '../../lib/ledger/postgres.js';
import { freePort } from './free-port.js';
import { until } from './shop.js';
import { removeFolder, temporaryFolder } from './temporary-folder.js';

export interface PostgresServer {
  /** A connection string of the superuser, without a password. */
  readonly url: string;
  /** A new pool; ended by `stop`. Its idle connections may break without a word, since servers are killed here. */
  pool(config?: PoolConfig): Pool;
  /** A standby that follows this server; stop it first. */
  replica(): Promise<PostgresServer>;
  /** SIGKILL. Resolves when the server and all its processes are gone; the data stay as they are. */
  kill(): Promise<void>;
  /** Starts it (again) on the same data and port, with `settings` on top of the earlier ones. */
  restart(settings?: Settings): Promise<void>;
  /** Stops the server, removes its data and ends the pools. */
  stop(): Promise<void>;
}

/** As in `postgresql.conf`. */
export type Settings = Readonly<Record<string, string>>;

const TOOLS = findTools();

/** Connections enough for whatever is killed and starts anew before the server has noticed. */
const SETTINGS: Settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '400',
};

/**
 * A suite against a server of its own, started before its first test; the tests get it from `server()`. Skipped, with the
 * reason in its title, where PostgreSQL is not installed.
 */
export function describePostgres(
  title: string,
  body: (server: () => PostgresServer) => void,
  settings: Settings = {},
): void {
  if (TOOLS === undefined) {
    describe.skip(`${title} (skipped: install PostgreSQL, such as "apt-get install postgresql")`, () => {
      it('needs a PostgreSQL server', () => undefined);
    });
    return;
  }
  describe(title, () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await startPostgres(settings);
    });
    afterAll(() => server.stop());
    body(() => server);
  });
}

/** Starts a server. Throws where PostgreSQL is not installed. */
export async function startPostgres(settings: Settings = {}): Promise<PostgresServer> {
  const data = ownFolder();
  await run('initdb', [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--no-locale',
    '--no-sync',
  ]);
  return Server.start(data, settings);
}

/** The tables without their rows: a fresh ledger for each test, far quicker than a fresh schema. */
export async function emptyLedger(pool: Pool, schema = 'fanfare'): Promise<void> {
  await migratePostgres(pool, { schema });
  await pool.query(
    `DELETE FROM "${schema}".admissions; DELETE FROM "${schema}".triples; DELETE FROM "${schema}".notes;
     UPDATE "${schema}".lead SET owner = '', until = 0, memo = NULL`,
  );
}

class Server implements PostgresServer {
  readonly #data: string;
  readonly #port: number;
  readonly #pools: Pool[] = [];
  #settings: Settings;
  #process: ChildProcess | undefined;

  private constructor(data: string, port: number, settings: Settings) {
    this.#data = data;
    this.#port = port;
    this.#settings = settings;
  }

  static async start(data: string, settings: Settings): Promise<Server> {
    const server = new Server(data, await freePort(), settings);
    process.once('exit', () => server.#process?.kill('SIGQUIT'));
    await server.restart();
    return server;
  }

  get url(): string {
    return `postgres://postgres@127.0.0.1:${String(this.#port)}/postgres`;
  }

  pool(config: PoolConfig = {}): Pool {
    const { hostname: host, username: user } = new URL(this.url);
    const pool = new Pool({ host, port: this.#port, user, database: 'postgres', ...config });
    pool.on('error', () => undefined);
    this.#pools.push(pool);
    return pool;
  }

  async replica(): Promise<PostgresServer> {
    const data = ownFolder();
    const from = ['-h', '127.0.0.1', '-p', String(this.#port), '-U', 'postgres'];
    await run('pg_basebackup', [...from, '-D', data, '-R', '-c', 'fast', '--no-sync']);
    return Server.start(data, this.#settings);
  }

  async restart(settings: Settings = {}): Promise<void> {
    await this.#end('SIGINT');
    this.#settings = { ...this.#settings, ...settings };
    const given = { ...SETTINGS, ...this.#settings };
    const flags = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = start('postgres', ['-D', this.#data, '-p', String(this.#port), ...flags]);
    this.#process = child;
    const log = textOf(child);
    await until(async () => {
      if (child.exitCode !== null) throw new Error(`PostgreSQL did not start:\n${log()}`);
      return accepts(this.url);
    });
  }

  async kill(): Promise<void> {
    const pids = [this.#process?.pid ?? 0, ...childrenOf(this.#process?.pid)];
    await this.#end('SIGKILL');
    await until(() => pids.every((pid) => !isAlive(pid)));
  }

  async stop(): Promise<void> {
    await this.#end('SIGINT');
    removeFolder(dirname(this.#data));
    // Last, since a client that a failed test did not release would keep it waiting.
    await Promise.all(this.#pools.splice(0).map((pool) => pool.end()));
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await once(child, 'exit');
  }
}

/** Where the server's programs are: on the path, or where Debian puts them; the newest first. */
function findTools(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env['PATH'] ?? '').split(delimiter),
  ];
  return folders.find((folder) =>
    ['postgres', 'initdb', 'pg_basebackup'].every((name) => existsSync(join(folder, name))),
  );
}

/** PostgreSQL refuses to run as root; then it runs as whoever it was installed for, or as nobody. */
function otherUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const [uid, gid] = ['-u', '-g'].map((flag) => {
    try {
      return Number(execFileSync('id', [flag, 'postgres'], { stdio: ['ignore', 'pipe', 'ignore'] }));
    } catch {
      return 65_534;
    }
  });
  return { uid: uid!, gid: gid! };
}

function ownFolder(): string {
  const folder = temporaryFolder();
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const user = otherUser();
  if (user !== undefined) {
    chmodSync(folder, 0o755);
    chownSync(data, user.uid, user.gid);
  }
  return data;
}

function start(name: string, args: readonly string[]): ChildProcess {
  if (TOOLS === undefined) throw new Error('PostgreSQL is not installed.');
  return spawn(join(TOOLS, name), args, { ...otherUser(), cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(name: string, args: readonly string[]): Promise<void> {
  const child = start(name, args);
  const log = textOf(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${name} failed:\n${log()}`);
}

/** The end of what it printed: reading it keeps the pipe from filling up. */
function textOf(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => (text = (text + chunk.toString()).slice(-4_096)));
  }
  return () => text;
}

async function accepts(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end();
  }
}

function childrenOf(parent: number | undefined): readonly number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, ppid]) => ppid === parent)
    .map(([pid]) => pid!);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

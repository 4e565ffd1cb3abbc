/** The recipes of docs/job-engines.md, as they stand there, against the real job engines. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { compileFunction } from 'node:vm';
import { createFanfare, type Fanfare, type FanfareEvent, memoryLedger } from '../lib/index.js';
import { createEmulator, type Emulator } from '../lib/emulator/index.js';
import { describePostgres } from './support/postgres-server.js';
import { describeWithRedis } from './support/redis-server.js';
import { until } from './support/shop.js';

const DOC = join(__dirname, '..', 'docs', 'job-engines.md');

interface Jobs {
  start(): Promise<unknown>;
  stop(): Promise<unknown>;
  readonly onEvent: (event: FanfareEvent) => void;
}

type Recipe = (connection: unknown, fanfare: () => Fanfare) => Jobs;

function recipe(name: string): Recipe {
  const [, code] =
    new RegExp(`\`\`\`js\\n// recipe: ${name}\\n([\\s\\S]*?)\`\`\``).exec(readFileSync(DOC, 'utf8')) ?? [];
  if (code === undefined) throw new Error(`There is no recipe for ${name}`);
  const module: { exports?: Recipe } = {};
  const run = compileFunction(code, ['require', 'module']) as (
    require: NodeJS.Require,
    module: object,
  ) => void;
  run(createRequire(DOC), module);
  return module.exports!;
}

/** A shop whose jobs are driven by one engine. */
class Shop {
  readonly emulator: Emulator = createEmulator();
  readonly jobs: Jobs;
  fanfare!: Fanfare;
  enqueues = true;
  #ahead = 0;
  #orders = 0;

  constructor(name: string, connection: unknown) {
    this.jobs = recipe(name)(connection, () => this.fanfare);
  }

  async open(): Promise<void> {
    const { url } = await this.emulator.listen();
    const clock = { now: () => Date.now() + this.#ahead, after: () => ({ cancel: () => undefined }) };
    this.fanfare = createFanfare({
      organizationId: 'org_emulator',
      secretKey: 'sk_test_emulator',
      api: { baseUrl: url },
      session: { secrets: ['a session secret for the recipes'], insecure: true },
      ledger: memoryLedger({ clock }),
      deliveries: 'manual',
      onEvent: (event) => {
        if (this.enqueues) this.jobs.onEvent(event);
      },
    });
    await this.jobs.start();
  }

  async order(): Promise<string> {
    const { consumerId } = this.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
    const orderId = `order_${(this.#orders += 1)}`;
    const reference = { distributionType: 'queue', distributionId: 'queue_1', consumerId } as const;
    await this.fanfare.completeAdmission(reference, { orderId });
    return orderId;
  }

  /** By the ledger's clock: what waits is a job's loss only after a minute. */
  minutesGoBy(count: number): void {
    this.#ahead += count * 60_000;
  }

  effects(orderId: string): number {
    return (
      this.emulator.admissions().find(({ completion }) => completion.orderId === orderId)?.completion
        .effects ?? 0
    );
  }

  async close(): Promise<void> {
    await this.jobs.stop();
    await this.fanfare.close();
    await this.emulator.close();
  }
}

/** An order whose job is lost, one while Fanfare works, and one while it fails. */
async function delivers(name: string, connection: unknown): Promise<void> {
  const shop = new Shop(name, connection);
  await shop.open();
  try {
    shop.enqueues = false;
    const lost = await shop.order();
    shop.enqueues = true;
    const first = await shop.order();
    await until(() => shop.effects(first) === 1);
    shop.emulator.faults.once({ on: 'complete', kind: 'status', status: 503 });
    const failing = await shop.order();
    await until(() => shop.emulator.faults.list().length === 0);
    shop.minutesGoBy(2);
    await until(() => shop.effects(failing) === 1 && shop.effects(lost) === 1);
    expect(shop.emulator.admissions().map(({ completion }) => completion.effects)).toEqual([1, 1, 1]);
    await until(async () => (await shop.fanfare.completions.list()).length === 0);
  } finally {
    await shop.close();
  }
}

describeWithRedis('with Redis', (redis) => {
  describePostgres('and PostgreSQL', (postgres) => {
    // Side by side, since each waits up to a minute for its sweep.
    it('the recipes deliver, try again when Fanfare fails, and find what was never enqueued', () =>
      Promise.all([
        delivers('bullmq', { host: '127.0.0.1', port: redis.port }),
        delivers('pg-boss', postgres().url),
        delivers('graphile-worker', postgres().url),
      ]));
  });
});

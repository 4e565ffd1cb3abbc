/** The inbox on the engines that several machines share: whichever process receives an event, or fails at it, it is worked once. */
import type { FanfareEvent, Ledger } from '../../lib/index.js';
import { postgresLedger } from '../../lib/ledger/postgres.js';
import { redisLedger } from '../../lib/ledger/redis.js';
import { type FanfareWebhookEvent, fanfareWebhook } from '../../lib/webhooks/index.js';
import type { ManualClock } from '../support/manual-clock.js';
import { describePostgres, emptyLedger } from '../support/postgres-server.js';
import { endClients, ioredisClient } from '../support/redis-clients.js';
import { describeWithRedis } from '../support/redis-server.js';
import { closeStages } from '../support/servers.js';
import { openPostBox, type PostBox, timestamped, until, WEBHOOK_SECRET } from './post-box.js';

afterEach(closeStages);

type FailedEvent = Extract<FanfareEvent, { readonly type: 'webhook.failed' }>;

const IDS = Array.from({ length: 20 }, (_, number) => `whk_${String(number)}`);

async function send({ post, clock }: PostBox, id: string): Promise<number> {
  const timestamp = new Date(clock.now()).toISOString();
  const body = JSON.stringify({ id, type: 'experience.started', timestamp, data: {} });
  return (await post(body, timestamped(body, clock.now()))).status;
}

/** `ledger` makes the ledger of one more process, on the same data. */
function worksOnce(ledger: (clock: ManualClock) => Ledger): void {
  const open = (onEvent: (event: FanfareWebhookEvent) => unknown): Promise<PostBox> =>
    openPostBox({
      receiver: (fanfare) => fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, onEvent }),
      ledger,
    });

  test('two processes that receive the same events at once work each once', async () => {
    const heard: string[] = [];
    const hear = ({ id }: FanfareWebhookEvent): unknown => heard.push(id);
    const boxes = [await open(hear), await open(hear)];
    const sent = await Promise.all(IDS.flatMap((id) => boxes.map((box) => send(box, id))));
    expect(new Set(sent)).toEqual(new Set([200]));
    await Promise.all(boxes.map(({ settled }) => settled()));
    for (const box of boxes) await box.clock.advance(60_000);
    expect([...heard].sort()).toEqual([...IDS].sort());
    expect(boxes.flatMap((box) => box.said('webhook.received'))).toHaveLength(IDS.length);
  });

  test('what failed in one process, which then ends, is worked by another when its time has come', async () => {
    const heard: string[] = [];
    const one = await open(() => {
      throw new Error('the shop has no disk');
    });
    expect(await send(one, 'poison')).toBe(200);
    await until(() => one.said('webhook.failed').length === 1);
    // Only now: at its start a process works whatever it finds.
    const other = await open(({ id }) => heard.push(id));
    await one.fanfare.close();
    expect(await send(other, 'fine')).toBe(200);
    await until(() => heard.length === 1);
    const [failed] = one.said('webhook.failed') as FailedEvent[];
    // Each step asks the server once, so that time does not run away from the work.
    await until(async () => {
      await other.ledger.openNotes('webhook', 1);
      if (heard.length === 1) await other.clock.advance(1_000);
      return heard.length > 1;
    });
    expect(other.clock.now()).toBeGreaterThanOrEqual(failed!.nextAttemptAt);
    await other.settled();
    await other.clock.advance(60_000);
    expect(heard).toEqual(['fine', 'poison']);
    expect(await other.ledger.openNotes('webhook', 10)).toEqual([]);
  });
}

describePostgres('on PostgreSQL', (server) => {
  beforeEach(() => emptyLedger(server().pool()));
  worksOnce((clock) => postgresLedger({ pool: server().pool(), clock }));
});

describeWithRedis('on Redis', (server) => {
  let cases = 0;
  beforeEach(() => {
    cases += 1;
  });
  afterAll(endClients);
  worksOnce((clock) =>
    redisLedger({ client: ioredisClient(server.url), prefix: `case-${String(cases)}`, clock }),
  );
});

/** A process that dies between the answer and the work: the next one does the work, once. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { ADMISSION } from '../../lib/testing/bench.js';
import { signedWebhook } from '../../lib/testing/index.js';
import {
  type CompletedOrder,
  fanfareWebhook,
  type FanfareWebhookEvent,
  shopifyNoteAttributes,
  shopifyWebhook,
} from '../../lib/webhooks/index.js';
import { ManualClock } from '../support/manual-clock.js';
import { CHILD_ENVIRONMENT, placeLib } from '../support/compiled-lib.js';
import { closeStages, openStage, SECRET } from '../support/servers.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { timestamped, until, WEBHOOK_SECRET } from './post-box.js';

let folder: string;
beforeAll(() => {
  folder = temporaryFolder();
  placeLib(join(folder, 'lib'));
});
afterAll(() => {
  removeFolder(folder);
});
afterEach(closeStages);

test('an event that was answered is not lost with the process, and its token is nowhere in the file', async () => {
  const file = join(folder, 'fanfare.sqlite');
  const task = { lib: join(folder, 'lib'), file, secret: WEBHOOK_SECRET, session: SECRET };
  const env = { ...CHILD_ENVIRONMENT, TASK: JSON.stringify(task) };
  const child = fork(join(__dirname, 'die-before-work.cjs'), { env, execArgv: [] });
  const heard = new Map<string, { readonly port?: number }>();
  child.on('message', (message: { readonly said: string; readonly port?: number }) =>
    heard.set(message.said, message),
  );
  await until(() => heard.has('ready'));
  const body = JSON.stringify({
    id: 'whk_1',
    type: 'queue.consumer.admitted',
    timestamp: new Date().toISOString(),
    data: { queueId: 'queue_1', consumerId: 'cons_1', admissionToken: 'tok_secret_of_the_shopper' },
  });
  const sent = await fetch(`http://127.0.0.1:${String(heard.get('ready')!.port)}`, {
    method: 'POST',
    body,
    headers: timestamped(body, Date.now()),
  });
  expect(sent.status).toBe(200);
  await until(() => heard.has('about to work'));
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
  expect(heard.has('worked')).toBe(false);

  const ledger = sqliteLedger({ file });
  const [note] = await ledger.openNotes('webhook', 10);
  expect(note?.value).toContain('queue_1');
  expect(note?.value).not.toContain('tok_secret');
  const worked: FanfareWebhookEvent[] = [];
  const stage = await openStage({ ledger, deliveries: 'manual' });
  const onEvent = (event: FanfareWebhookEvent): unknown => worked.push(event);
  fanfareWebhook(stage.fanfare, { secrets: WEBHOOK_SECRET, onEvent });
  fanfareWebhook(stage.another({ ledger: sqliteLedger({ file }) }), { secrets: WEBHOOK_SECRET, onEvent });
  await until(async () => (await ledger.openNotes('webhook', 10)).length === 0);
  expect(worked).toMatchObject([
    {
      id: 'whk_1',
      type: 'admission.admitted',
      distributionId: 'queue_1',
      token: 'tok_secret_of_the_shopper',
    },
  ]);
});

test('an order that was recorded when the process died is recorded once, and its handler hears of it', async () => {
  const file = join(folder, 'orders.sqlite');
  const task = { lib: join(folder, 'lib'), file, secret: WEBHOOK_SECRET, session: SECRET };
  const env = { ...CHILD_ENVIRONMENT, TASK: JSON.stringify(task) };
  const child = fork(join(__dirname, 'die-before-telling.cjs'), { env, execArgv: [] });
  const heard = new Map<string, { readonly port?: number }>();
  child.on('message', (message: { readonly said: string; readonly port?: number }) =>
    heard.set(message.said, message),
  );
  await until(() => heard.has('ready'));
  const { headers, body } = signedWebhook({
    ...{ secret: WEBHOOK_SECRET, scheme: 'shopify', topic: 'orders/create' },
    body: { id: 1, processed_at: '2023-11-14T22:13:20Z', note_attributes: shopifyNoteAttributes(ADMISSION) },
  });
  const url = `http://127.0.0.1:${String(heard.get('ready')!.port)}`;
  expect((await fetch(url, { method: 'POST', headers: { ...headers }, body })).status).toBe(200);
  await until(() => heard.has('about to tell'));
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;

  // The dead process holds its attempt for two minutes.
  const clock = new ManualClock(Date.now() + 180_000);
  const ledger = sqliteLedger({ file, clock });
  const { fanfare, events } = await openStage({ ledger, clock, deliveries: 'manual' }, { clock });
  const told: CompletedOrder[] = [];
  shopifyWebhook(fanfare, { secrets: WEBHOOK_SECRET, onCompleted: (one) => told.push(one) });
  await until(async () => (await ledger.openNotes('webhook', 10)).length === 0);
  expect(told).toMatchObject([{ orderId: '1', admission: { id: ADMISSION.id } }]);
  expect(events.filter(({ type }) => type === 'completion.recorded')).toEqual([]);
  expect(await ledger.list({ states: ['ordered'], limit: 10 })).toHaveLength(1);
});

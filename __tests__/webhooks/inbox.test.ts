/** An event is worked once, whoever receives it how often; a fault is tried again, and keeps nobody else waiting. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type FanfareEvent, type Ledger, memoryLedger } from '../../lib/index.js';
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { deadEvents, type FanfareWebhookEvent, fanfareWebhook } from '../../lib/webhooks/index.js';
import { createKeyring } from '../../lib/tokens/keyring.js';
import { createInbox } from '../../lib/webhooks/inbox.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, SECRET } from '../support/servers.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { openPostBox, type PostBox, timestamped, until, WEBHOOK_SECRET } from './post-box.js';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await closeStages();
  removeFolder(folder);
});

function onFile(clock: ManualClock): Ledger {
  return sqliteLedger({ file: `${folder}/fanfare.sqlite`, clock });
}

function open(onEvent: (event: FanfareWebhookEvent) => unknown): Promise<PostBox> {
  return openPostBox({
    receiver: (fanfare) => fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, onEvent }),
    ledger: onFile,
  });
}

function bodyOf(id: string, type = 'experience.started'): string {
  return JSON.stringify({ id, type, timestamp: '2023-11-14T22:13:20.000Z', data: {} });
}

async function send({ post, clock }: PostBox, body: string): Promise<number> {
  return (await post(body, timestamped(body, clock.now()))).status;
}

test('a redelivered event is answered each time, and worked once', async () => {
  const heard: string[] = [];
  const box = await open(({ id }) => heard.push(id));
  for (let time = 0; time < 3; time += 1) expect(await send(box, bodyOf('whk_1'))).toBe(200);
  await box.settled();
  await box.clock.advance(60_000);
  expect(await send(box, bodyOf('whk_1'))).toBe(200);
  expect(await send(box, bodyOf('whk_2'))).toBe(200);
  await until(() => heard.includes('whk_2'));
  expect(heard).toEqual(['whk_1', 'whk_2']);
  expect(box.said('webhook.received')).toMatchObject([{ eventId: 'whk_1' }, { eventId: 'whk_2' }]);
});

test('two processes that receive the same event at once work it once', async () => {
  const heard: string[] = [];
  const hear = ({ id }: FanfareWebhookEvent): unknown => heard.push(id);
  const [one, other] = [await open(hear), await open(hear)];
  const ids = Array.from({ length: 20 }, (_, number) => `whk_${String(number)}`);
  const sent = await Promise.all(ids.flatMap((id) => [send(one, bodyOf(id)), send(other, bodyOf(id))]));
  expect(new Set(sent)).toEqual(new Set([200]));
  await Promise.all([one.settled(), other.settled()]);
  expect([...heard].sort()).toEqual([...ids].sort());
});

test('the answer does not wait for the work', async () => {
  const finish: (() => void)[] = [];
  const box = await open(() => new Promise<void>((resolve) => finish.push(resolve)));
  expect(await send(box, bodyOf('whk_1'))).toBe(200);
  expect(await box.ledger.openNotes('webhook', 10)).toHaveLength(1);
  await until(() => finish.length === 1);
  finish[0]!();
  await box.settled();
});

test('a fault is said and tried again by a schedule, while other events go on', async () => {
  const heard: string[] = [];
  let fails = true;
  const box = await open(({ id }) => {
    heard.push(id);
    if (id === 'poison' && fails) throw new Error('the shop has no disk');
  });
  expect(await send(box, bodyOf('poison'))).toBe(200);
  await until(() => box.said('webhook.failed').length === 1);
  for (let number = 0; number < 12; number += 1) await send(box, bodyOf(`fine_${String(number)}`));
  await box.settled();
  expect(heard.filter((id) => id === 'poison')).toHaveLength(1);
  expect(heard).toHaveLength(13);
  const [failed] = box.said('webhook.failed');
  expect(failed).toMatchObject({ level: 'warn', receiver: 'fanfare', eventId: 'poison', attempts: 1 });
  fails = false;
  await box.clock.advance(30_000);
  await until(() => heard.filter((id) => id === 'poison').length === 2);
  await box.settled();
  expect(await box.ledger.openNotes('webhook', 10)).toEqual([]);
});

test('what never works is given up after three days, and said', async () => {
  const clock = new ManualClock();
  const ledger = memoryLedger({ clock });
  const events: FanfareEvent[] = [];
  const stops: (() => Promise<void>)[] = [];
  const backstage = {
    ...{ organizationId: 'org_1', keyring: createKeyring([SECRET]), random: () => 0, ledger, clock },
    emit: (event: FanfareEvent) => void events.push(event),
    onClose: (stop: () => Promise<void>) => void stops.push(stop),
  };
  let tries = 0;
  const perform = (): Promise<never> => {
    tries += 1;
    return Promise.reject(new Error('never'));
  };
  const inbox = createInbox({ backstage, receiver: 'test', perform });
  await inbox.accept([{ eventId: 'poison', work: {} }]);
  inbox.nudge();
  await clock.advance(70 * 3_600_000);
  expect(events.filter(({ type }) => type === 'webhook.dead')).toEqual([]);
  await clock.advance(10 * 3_600_000);
  expect(events.at(-1)).toMatchObject({
    type: 'webhook.dead',
    level: 'error',
    eventId: 'poison',
    attempts: 12,
  });
  expect(tries).toBe(12);
  expect(await ledger.openNotes('webhook', 10)).toEqual([]);
  expect(await deadEvents({ backstage }).list()).toMatchObject([
    { receiver: 'test', eventId: 'poison', reason: 'never' },
  ]);
  await Promise.all(stops.map((stop) => stop()));
});

test('work that hangs is a fault as well, and ends with the instance', async () => {
  const box = await open(({ id }) => (id === 'hangs' ? new Promise(() => undefined) : undefined));
  await send(box, bodyOf('hangs'));
  await until(async () => (await box.ledger.findNote('webhook_hold', await holdOf(box))) !== undefined);
  await box.clock.advance(60_000);
  await until(() => box.said('webhook.failed').length === 1);
  expect(box.said('webhook.failed')).toMatchObject([{ eventId: 'hangs', attempts: 1 }]);
});

async function holdOf({ ledger }: PostBox): Promise<string> {
  const [note] = await ledger.openNotes('webhook', 1);
  return `${note!.key}:0`;
}

test('while the ledger is away the sender hears that it has to send again', async () => {
  const box = await open(() => undefined);
  const addNote = box.ledger.addNote.bind(box.ledger);
  box.ledger.addNote = () => Promise.reject(new Error('the disk is away'));
  const sent = await box.post(bodyOf('whk_1'), timestamped(bodyOf('whk_1'), box.clock.now()));
  expect([sent.status, sent.headers.get('retry-after')]).toEqual([503, '5']);
  expect(await sent.json()).toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  box.ledger.addNote = addNote;
  expect(await send(box, bodyOf('whk_1'))).toBe(200);
  await box.settled();
  expect(box.said('webhook.received')).toHaveLength(1);
});

test('receivers with names of their own do not take each other’s events', async () => {
  const heard: string[] = [];
  const box = await open(({ id }) => heard.push(`fanfare ${id}`));
  fanfareWebhook(box.fanfare, {
    secrets: WEBHOOK_SECRET,
    name: 'second',
    onEvent: ({ id }) => heard.push(`second ${id}`),
  });
  await send(box, bodyOf('whk_1'));
  await box.settled();
  await box.clock.advance(60_000);
  expect(heard).toEqual(['fanfare whk_1']);
});

test('work runs in nobody’s request: what a shop keeps in an AsyncLocalStorage is of no other', async () => {
  const storage = new AsyncLocalStorage<string>();
  const seen: (string | undefined)[] = [];
  const box = await openPostBox({
    receiver: (fanfare) => {
      const hook = fanfareWebhook(fanfare, {
        secrets: WEBHOOK_SECRET,
        onEvent: () => seen.push(storage.getStore()),
      });
      let requests = 0;
      return (req, res, next) => {
        storage.run(`request ${String((requests += 1))}`, () => {
          hook(req, res, next);
        });
      };
    },
    ledger: onFile,
  });
  for (const id of ['whk_1', 'whk_2', 'whk_3']) {
    await send(box, bodyOf(id));
    await box.settled();
  }
  expect(seen).toEqual([undefined, undefined, undefined]);
});

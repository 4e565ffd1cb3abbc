/** A link is good once and a winner's link five times, however many processes are asked for it at once. */
import { createEmulator, type Emulator } from '../../lib/emulator/index.js';
import { createFanfare, type Fanfare, type Ledger } from '../../lib/index.js';
import { type Answer, Jar, ours } from '../support/jar.js';
import { until } from '../support/shop.js';
import { closeStages, listenerOf, listen } from '../support/servers.js';
import { Child, useChildren } from './child.js';
import { openHere } from './engine.js';
import { DURABLE_ENGINES } from './engines.js';
import type { Address } from './open-ledger.cjs';
import { PATIENCE_MS } from './sizes.js';

const PROCESSES = 4;
const CROWD = 100;
const BOTH = 'a secret that both of the domains know';
const SECRET = 'a session secret of the pay page, long enough';
const PAY = 'https://pay.example';
const DROP = { distributionId: 'queue_1', distributionType: 'queue' } as const;
const FROM_OUR_PAGE = { 'Sec-Fetch-Site': 'same-origin' };

useChildren();

let emulator: Emulator;
let fanfareUrl: string;
let ledger: Ledger;
let opened: Fanfare[];

beforeEach(async () => {
  opened = [];
  emulator = createEmulator();
  ({ url: fanfareUrl } = await emulator.listen());
});
afterEach(async () => {
  await closeStages();
  for (const fanfare of opened) await fanfare.close();
  await emulator.close();
});

for (const engine of DURABLE_ENGINES) {
  engine.suite('links in a crowd', (store) => {
    it.each(['one ledger', 'a ledger each'])(
      'one of many gets in by a link to another domain, with %s, and one side orders',
      async (ledgers) => {
        const theirs = await store().address();
        ledger = openHere(ledgers === 'one ledger' ? theirs : await store().address());
        const { checkouts, here } = await bothDomains(theirs);
        const link = await leave(here);
        const arrivals = await crowd(checkouts, (browser) => browser.visit(link));
        expect(arrivals.filter(({ answer }) => hasBegun(answer))).toHaveLength(1);
        const { browser } = arrivals.find(({ answer }) => hasBegun(answer))!;
        const orders = await Promise.all(
          [here, here, browser, browser].map((one) => one.post('/order', {}, FROM_OUR_PAGE)),
        );
        const [first, second, ...theirOrders] = orders.map(outcome);
        expect([first, second]).not.toContain('ordered');
        expect(theirOrders.sort()).toEqual(['ADMISSION_USED', 'ordered']);
      },
      PATIENCE_MS,
    );

    it(
      'five of many get in by the link of a winner, and one of them orders',
      async () => {
        const theirs = await store().address();
        ledger = openHere(theirs);
        const checkouts = await open(theirs);
        const { fanfare } = instance({ session: { secrets: [SECRET], insecure: true } });
        const { token, consumerId, distributionId, distributionType } = emulator.mint(DROP);
        const admission = { token, consumerId, distributionId, distributionType };
        const { pathname, search } = new URL(
          await fanfare.createWinnerLink(admission, { url: `${PAY}/winner` }),
        );
        const press = (browser: Jar) =>
          browser.send(pathname + search, { method: 'POST', headers: FROM_OUR_PAGE, body: '' });
        const arrivals = await crowd(checkouts, press);
        const begun = arrivals.filter(({ answer }) => hasBegun(answer));
        expect(begun).toHaveLength(5);
        const orders = await Promise.all(
          begun.map(({ browser }) => browser.post('/order', {}, FROM_OUR_PAGE)),
        );
        expect(orders.filter(({ text }) => text === 'ordered')).toHaveLength(1);
      },
      PATIENCE_MS,
    );
  });
}

/** The processes of the checkout, by their origins. */
async function open(address: Address): Promise<readonly string[]> {
  const { organizationId } = emulator;
  const task = { address, organizationId, fanfare: fanfareUrl, secret: SECRET, both: BOTH, origin: PAY };
  const children = Array.from(
    { length: PROCESSES },
    (_, index) => new Child('linked-shop.cjs', { ...task, name: index }),
  );
  const heard = await Promise.all(children.map((child) => child.heard('listening')));
  return heard.map(({ at }) => String(at));
}

function instance(options: Partial<Parameters<typeof createFanfare>[0]>): { readonly fanfare: Fanfare } {
  const fanfare = createFanfare({
    organizationId: emulator.organizationId,
    secretKey: 'sk_test_emulator',
    api: { baseUrl: fanfareUrl },
    session: { secrets: ['a session secret of the shop, long enough'], insecure: true },
    doctor: false,
    onEvent: () => undefined,
    ledger,
    ...options,
  });
  opened.push(fanfare);
  return { fanfare };
}

/** The checkout's processes, and a shopper in front of the shop. */
async function bothDomains(
  theirs: Address,
): Promise<{ readonly checkouts: readonly string[]; readonly here: Jar }> {
  const checkouts = await open(theirs);
  const { fanfare } = instance({ handoff: { secrets: [BOTH], destinations: [PAY] } });
  const shop = listenerOf('node:http', [
    { path: '/checkout', use: [fanfare.requireAdmission(), (_req, res) => res.end('checkout')] },
    {
      path: '/leave',
      use: [
        (req, res, next) =>
          void fanfare.createHandoffUrl(req, { url: `${PAY}/pay` }).then((url) => res.end(url), next),
      ],
    },
    { path: '/order', use: [fanfare.claimAdmission(), (_req, res) => res.end('ordered')] },
  ]);
  const here = new Jar(await listen(shop));
  const { token } = emulator.mint(DROP);
  // A machine that is busy with so many processes may be too late for Fanfare's deadline.
  await until(async () => (await here.visit(`/checkout?admission_token=${token}`)).status === 303);
  return { checkouts, here };
}

async function leave(here: Jar): Promise<string> {
  const { pathname, search } = new URL((await here.visit('/leave')).text);
  return pathname + search;
}

/** Everybody at once, each with a browser of their own. */
function crowd(origins: readonly string[], come: (browser: Jar) => Promise<Answer>) {
  const browsers = Array.from({ length: CROWD }, (_, index) => new Jar(origins[index % origins.length]!));
  return Promise.all(browsers.map(async (browser) => ({ browser, answer: await come(browser) })));
}

function outcome(answer: Answer): unknown {
  return answer.status === 200 ? answer.text : answer.json()['code'];
}

function hasBegun(answer: Answer): boolean {
  return ours(answer).some((line) => !line.includes('Max-Age=0'));
}

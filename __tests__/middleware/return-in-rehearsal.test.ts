/** Report-only mode at the page that a bank leads back to: its handler runs, and no wrong admission stands there. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Fanfare, type Ledger, memoryLedger } from '../../lib/index.js';
import type { Jar } from '../support/jar.js';
import { ManualClock } from '../support/manual-clock.js';
import { closeStages, openStage, showAdmission, type Stage } from '../support/servers.js';
import { AWAY } from '../support/timed-shop.js';

const HOUR = 3_600_000;

let clock: ManualClock;
let stage: Stage;
let ledger: Ledger;
let fanfare: Fanfare;
let browser: Jar;
/** Where the bank leads back to. */
let url: string;

beforeEach(async () => {
  clock = new ManualClock(Date.now());
  ledger = memoryLedger({ clock });
  stage = await openStage({}, { clock });
  fanfare = stage.another({ mode: 'report', ledger, deliveries: 'manual' });
  browser = await stage.serve('Express 5', [
    { use: [fanfare.attachAdmission()] },
    { path: '/checkout', use: [fanfare.claimAdmission(), leave] },
    { path: '/back', use: [fanfare.acceptReturn(), showAdmission] },
  ]);
  await browser.visit(`/checkout?admission_token=${stage.token()}`);
  await browser.fetch('/checkout', { method: 'POST' });
  await clock.advance(1_000);
});
afterEach(closeStages);

function leave(req: IncomingMessage, res: ServerResponse): void {
  if (req.method === 'POST') url = fanfare.createReturnUrl(req, '/back');
  res.writeHead(303, { Location: 'https://bank.example/' }).end();
}

async function bought(): Promise<void> {
  const [id] = (await ledger.list({ states: ['pending'], limit: 1 })).map(({ admission }) => admission.id);
  await fanfare.completeAdmission({ id: id ?? '' }, { orderId: 'order_1' });
}

type Happening = () => unknown;

test.each<readonly [string, Happening, string, string | undefined]>([
  ['of an order that is there', bought, 'ADMISSION_USED', 'queue_1'],
  ['past its time', () => clock.advance(3 * HOUR), 'ADMISSION_EXPIRED', undefined],
  ['that nobody signed', () => (url += 'x'), 'INVALID_ADMISSION_DATA', undefined],
  ['while the ledger is away', () => (ledger.find = AWAY), 'LEDGER_UNAVAILABLE', 'queue_1'],
])(
  'a reference %s leaves no other admission for its order to use up',
  async (_what, happens, code, distributionId) => {
    await happens();
    await browser.visit(`/checkout?admission_token=${stage.token({ distributionId: 'queue_2' })}`);
    const shown = (await browser.visit(url)).json()['admission'] as { distributionId?: string } | null;
    expect(shown?.distributionId).toBe(distributionId);
    expect(stage.events).toContainEqual(expect.objectContaining({ code, enforced: false }));
  },
);

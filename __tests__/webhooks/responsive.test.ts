/** A draw with hundreds of winners comes in one request, on an engine that answers at once: the shop's pages go on meanwhile. */
import { sqliteLedger } from '../../lib/ledger/sqlite.js';
import { type FanfareWebhookEvent, fanfareWebhook } from '../../lib/webhooks/index.js';
import type { Ledger } from '../../lib/index.js';
import type { ManualClock } from '../support/manual-clock.js';
import { closeStages } from '../support/servers.js';
import { removeFolder, temporaryFolder } from '../support/temporary-folder.js';
import { openPostBox, timestamped, until, WEBHOOK_SECRET } from './post-box.js';

const WINNERS = 400;
/** Calls of the ledger between two turns of the event loop, in which everybody else has to wait. */
const MOST_IN_A_TURN = 60;

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(async () => {
  await closeStages();
  removeFolder(folder);
});

/** Counts the calls to the ledger's notes, and how many of them were made in one turn. */
class Turns {
  calls = 0;
  reads = 0;
  most = 0;
  #inThis = 0;
  #ended = false;

  constructor() {
    this.#next();
  }

  counted(ledger: Ledger): Ledger {
    for (const name of ['addNote', 'findNote', 'useNote', 'openNotes', 'finishNote'] as const) {
      const call = (ledger[name] as (...given: unknown[]) => Promise<unknown>).bind(ledger);
      const counted = (...given: unknown[]): Promise<unknown> => {
        this.calls += 1;
        this.most = Math.max(this.most, (this.#inThis += 1));
        if (name === 'openNotes') this.reads += 1;
        return call(...given);
      };
      Object.assign(ledger, { [name]: counted });
    }
    return ledger;
  }

  end(): void {
    this.#ended = true;
  }

  #next(): void {
    setImmediate(() => {
      this.#inThis = 0;
      if (!this.#ended) this.#next();
    });
  }
}

test('writing the winners down and working them leaves room for others in every turn', async () => {
  const turns = new Turns();
  const heard: FanfareWebhookEvent[] = [];
  const pages: string[] = [];
  const box = await openPostBox({
    receiver: (fanfare) =>
      fanfareWebhook(fanfare, { secrets: WEBHOOK_SECRET, onEvent: (event) => heard.push(event) }),
    ledger: (clock: ManualClock) => turns.counted(sqliteLedger({ file: `${folder}/fanfare.sqlite`, clock })),
    before: [
      {
        path: '/page',
        use: [
          (_req, res) => {
            res.end('a page');
          },
        ],
      },
    ],
  });
  const winners = Array.from({ length: WINNERS }, (_, n) => ({
    consumerId: `cons_${String(n)}`,
    claimToken: `tok_${String(n)}`,
  }));
  const data = { drawId: 'draw_1', winners };
  const timestamp = new Date(box.clock.now()).toISOString();
  const body = JSON.stringify({ id: 'whk_1', type: 'draw.winners_selected', timestamp, data });
  const posting = box.post(body, timestamped(body, box.clock.now())).then(({ status }) => {
    pages.push('accepted');
    return status;
  });
  await until(() => turns.calls > 20);
  pages.push(await (await fetch(`${box.url}/page`)).text());
  expect(await posting).toBe(200);
  await until(() => heard.length > 20);
  pages.push(await (await fetch(`${box.url}/page`)).text());
  const heardByThen = heard.length;
  await until(() => heard.length === WINNERS);
  await box.settled();
  turns.end();
  expect(pages).toEqual(['a page', 'accepted', 'a page']);
  expect(heardByThen).toBeLessThan(WINNERS);
  expect(turns.most).toBeLessThanOrEqual(MOST_IN_A_TURN);
  // Page by page, not once for each event; some more for the looks of this test.
  expect(turns.reads).toBeLessThan(WINNERS / 10);
});

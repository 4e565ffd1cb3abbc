/**
 * A small scripted sale, and others by shops with a guard taken out: whatever the last rows of the table count has to be
 * found where it happens.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT } from '../support/compiled-lib.js';
import { removeFolder } from '../support/temporary-folder.js';
import { installShop } from './shop-process.js';

// Nothing waits for a time: this is for a sale that hangs.
jest.setTimeout(1_200_000);

/** In which file of the shop, what stands there, and what takes its place. */
type Edit = readonly [file: string, from: string, to: string];

const FORGET = `first ??= { id, admissionId, product, amount };
if (first.admissionId === admissionId) return first.id;`;
const TELL = 'await fanfare.completeAdmission(';
const TELL_TWICE = `await fetch(
  \`\${process.env.FANFARE_API_URL}/\${product.mechanism}s/\${product.distributionId}/complete\`,
  {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      'X-Organization-Id': process.env.FANFARE_ORGANIZATION_ID,
      'X-Secret-Key': process.env.FANFARE_SECRET_KEY,
      'X-Idempotency-Key': orderId,
    },
    body: JSON.stringify({ consumerId: req.admission.consumerId, metadata: { orderId } }),
  },
);
${TELL}`;

/** A quiet, short sale: what is planted below shows without any accident. */
const QUIET: readonly Edit[] = [
  ['sale/main.js', 'least: 100', 'least: 1'],
  ['sale/main.js', 'disturb({ accounts, fanfare, process, pieces, patience }),', 'undefined,'],
  ['sale/fanfare.js', 'runSeconds: 10', 'runSeconds: 1'],
];

interface Sale {
  readonly code: unknown;
  readonly said: string;
  /** The table's, and below it what is wrong. */
  readonly rows: Readonly<Record<string, number>>;
  readonly wrong: Readonly<Record<string, number>>;
}

let folder: string;
beforeAll(() => {
  folder = installShop();
});
afterAll(() => {
  removeFolder(folder);
});

function edit(file: string, from: string, to: string): void {
  const text = readFileSync(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(
    file,
    text.replaceAll(from, () => to),
  );
}

/** Holds the sale of a copy of the shop with these edits. */
async function sell(
  environment: Readonly<Record<string, string>>,
  edits: readonly Edit[] = [],
): Promise<Sale> {
  const shop = mkdtempSync(join(folder, 'shop-'));
  cpSync(join(folder, 'shop'), shop, { recursive: true });
  for (const [file, from, to] of edits) edit(join(shop, file), from, to);
  const child = spawn(process.execPath, [join(shop, 'sale/main.js')], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...CHILD_ENVIRONMENT, ...environment },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [unknown];
  const rows = named(said.matchAll(/^([a-z ]+?) +(\d+)$/gm));
  const wrong = named(
    [...said.matchAll(/^wrong: (\d+) (.+)$/gm)].map(([all, number, what]) => [all, what, number]),
  );
  return { code, said, rows, wrong };
}

function named(found: Iterable<readonly (string | undefined)[]>): Record<string, number> {
  return Object.fromEntries([...found].map(([, what = '', number]) => [what, Number(number)]));
}

// Side by side: most of a sale's time is waiting.
test.concurrent(
  'a sale with Fanfare away and the shop killed twice: nothing oversold, lost or doubled',
  async () => {
    const { code, said, rows } = await sell({ SALE_SHOPPERS: '100' });
    expect({ code, said }).toEqual({ code: 0, said: expect.stringContaining('Fanfare is back.') as string });
    expect(said.match(/The shop was killed/g)).toHaveLength(2);
    expect(rows).toMatchObject({ shoppers: 100, oversold: 0, lost: 0, doubled: 0 });
    expect(rows['orders']).toBeGreaterThan(0);
    expect(rows['completions delivered']).toBe(rows['orders']);
  },
);

const FAULTS: readonly (readonly [
  row: string,
  shop: string,
  parts: readonly string[],
  edits: readonly Edit[],
])[] = [
  [
    'oversold',
    'that does not count its pieces',
    ['pieces beyond those made'],
    [
      ['till.js', 'reservations.hold(admission, cartOf(product.slug))', 'Promise.resolve()'],
      ['till.js', 'reservations.convertSync(', 'Boolean('],
    ],
  ],
  [
    'lost',
    'that forgets an order',
    ['paid for, and no order', 'shown to a shopper, and no order', 'pieces that are nowhere'],
    [
      ['orders.js', 'function openOrders(', 'let first;\nfunction openOrders('],
      ['orders.js', 'insert.run(', `${FORGET}\ninsert.run(`],
      ['orders.js', 'byId.get(id)', 'byId.get(id) ?? first'],
    ],
  ],
  [
    'lost',
    'that tells nobody',
    ['ordered, and Fanfare never heard of it'],
    [['shop.js', 'orderUrl:', "deliveries: 'manual',\norderUrl:"]],
  ],
  [
    'doubled',
    'that pays by another key each time',
    ['charges beyond one for an admission'],
    [
      ['provider/client.js', '(payment) => call(', 'async (payment) => await call('],
      [
        'provider/client.js',
        "'/payments', { ...payment, notifyUrl }",
        "'/payments', await call('/payments', { ...payment, notifyUrl, idempotencyKey: `${Math.random()}` }) && { ...payment, notifyUrl }",
      ],
    ],
  ],
  [
    'doubled',
    'that tells by another key each time',
    ['completions beyond one for an admission'],
    [['flows/checkout.js', TELL, TELL_TWICE]],
  ],
  [
    'doubled',
    'that takes many orders for an admission',
    ['orders beyond one for an admission'],
    [
      ['orders.js', 'NOT NULL UNIQUE', 'NOT NULL'],
      ['orders.js', ' ON CONFLICT (admission_id) DO NOTHING', ''],
    ],
  ],
];

test.concurrent.each(FAULTS)('%s is found in a shop %s', async (row, _shop, parts, edits) => {
  const few = { SALE_SHOPPERS: '30', SALE_WAIT_SECONDS: '5' };
  const { code, said, rows, wrong } = await sell(few, [...QUIET, ...edits]);
  expect({ code, said }).toEqual({ code: 1, said: expect.stringContaining('Something is wrong') as string });
  expect(rows[row]).toBeGreaterThan(0);
  expect(Object.keys(wrong)).toEqual(expect.arrayContaining([...parts]));
});

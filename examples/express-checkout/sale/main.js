// A scripted sale: thousands of shoppers over a queue, a draw and an auction, with Fanfare away for a while and the shop
// killed twice. Ends with a table, and with 1 when an order was oversold, lost or doubled.
const { join } = require('node:path');
const { mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { openAccounts } = require('./accounts.js');
const { openFanfare } = require('./fanfare.js');
const { shop } = require('./shopper.js');
const { openShopProcess } = require('./shop-process.js');
const { openOrders } = require('../orders.js');
const { openProvider } = require('../provider/server.js');

const AWAY_MS = 10_000;
const EACH_MS = 20;
const WAIT_MS = 300_000;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(what, look) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end; await pause(200)) if (await look()) return;
  throw new Error(`Waited ${WAIT_MS / 1_000} s in vain: ${what}`);
}

function shopperCount({ SALE_SHOPPERS: text = '2000' }) {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 100 && count <= 5_000) return count;
  throw new Error(`SALE_SHOPPERS must be a number from 100 to 5000, got "${text}".`);
}

/** A piece for every tenth shopper. */
const piecesFor = (count) => ({
  lamp: Math.round(count * 0.075),
  print: Math.round(count * 0.02),
  chair: Math.round(count * 0.005),
});

/** Four of five shoppers queue, every seventh is in the draw, and every twentieth bids. */
function dropOf(number) {
  if (number % 20 === 0) return 'chair';
  return number % 7 === 0 ? 'print' : 'lamp';
}

/** What goes wrong, each as soon as so many pieces are sold. */
async function disturb({ accounts, fanfare, process, pieces }) {
  const sold = (share) => until(`${share * 100} % are sold`, () => accounts.orders() >= share * pieces);
  await sold(0.2);
  await process.killAndRestart();
  await sold(0.4);
  console.log('Fanfare is down.');
  fanfare.goAway();
  await pause(AWAY_MS);
  fanfare.comeBack();
  console.log('Fanfare is back.');
  await sold(0.6);
  await process.killAndRestart();
}

async function sell(count, folder) {
  const stock = piecesFor(count);
  openOrders(join(folder, 'shop.sqlite'), stock).close();
  const fanfare = await openFanfare({ winners: stock.print });
  const provider = await openProvider({ secret: 'a secret for the scripted sale' });
  const process = await openShopProcess({ folder, fanfare, provider });
  const accounts = openAccounts({ folder, stock, fanfare, provider });
  try {
    const pieces = Object.values(stock).reduce((sum, made) => sum + made);
    console.log(`${count} shoppers, ${pieces} pieces: ${process.origin}`);
    const shoppers = Array.from({ length: count }, async (_, number) => {
      await pause(number * EACH_MS);
      return shop({ number, drop: dropOf(number), shop: process.origin, fanfare });
    });
    const [, ...outcomes] = await Promise.all([disturb({ accounts, fanfare, process, pieces }), ...shoppers]);
    await until('every order is delivered', () => accounts.delivered() === accounts.orders());
    return await accounts.table(outcomes);
  } finally {
    for (const open of [process, accounts, provider, fanfare]) await open.close();
  }
}

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'quayside-sale-'));
  const { rows, wrong } = await sell(shopperCount(process.env), folder);
  for (const [what, number] of rows) console.log(`${what.padEnd(24)} ${String(number).padStart(6)}`);
  if (wrong > 0) throw new Error(`Something is wrong; the shop's data: ${folder}`);
  rmSync(folder, { recursive: true });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});

// A scripted sale: thousands of shoppers over a queue, a draw and an auction, with Fanfare away for a while and the shop
// killed twice. Ends with a table, and with 1 when anything was oversold, lost or doubled.
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
/** So many shoppers at a time, so that a slow machine has a slow sale and not one that only times out. */
const MOST_AT_ONCE = 100;

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function numberFrom(name, { least, most, otherwise }) {
  const { [name]: text = String(otherwise) } = process.env;
  const number = Number(text);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`${name} must be a number from ${least} to ${most}, got "${text}".`);
}

/** Whether it comes true in time. */
async function comes(look, withinSeconds) {
  for (const end = Date.now() + withinSeconds * 1_000; Date.now() < end; await pause(200))
    if (look()) return true;
  return look();
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
async function disturb({ accounts, fanfare, process, pieces, patience }) {
  const sold = async (share) => {
    if (await comes(() => accounts.orders() >= share * pieces, patience)) return;
    throw new Error(`Waited ${patience} s in vain for ${share * 100} % to be sold.`);
  };
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

/** All of them, one after the other in so many lanes; resolves to what became of each. */
async function comeAndGo(count, visit) {
  const outcomes = [];
  const numbers = Array(count).keys();
  const lanes = Array.from({ length: MOST_AT_ONCE }, async (_, lane) => {
    await pause(lane * EACH_MS);
    for (const number of numbers) outcomes.push(await visit(number));
  });
  await Promise.all(lanes);
  return outcomes;
}

async function sell({ count, patience, folder }) {
  const stock = piecesFor(count);
  openOrders(join(folder, 'shop.sqlite'), stock).close();
  const fanfare = await openFanfare({ winners: stock.print });
  const provider = await openProvider({ secret: 'a secret for the scripted sale' });
  const process = await openShopProcess({ folder, fanfare, provider });
  const accounts = openAccounts({ folder, stock, fanfare, provider });
  try {
    const pieces = Object.values(stock).reduce((sum, made) => sum + made);
    console.log(`${count} shoppers, ${pieces} pieces: ${process.origin}`);
    const crowd = comeAndGo(count, (number) =>
      shop({ number, drop: dropOf(number), shop: process.origin, fanfare }),
    );
    const [, outcomes] = await Promise.all([
      disturb({ accounts, fanfare, process, pieces, patience }),
      crowd,
    ]);
    // Whatever Fanfare has not heard of by then is lost, as the table will say.
    await comes(() => accounts.undelivered() === 0, patience);
    return accounts.table(outcomes);
  } finally {
    for (const open of [process, accounts, provider, fanfare]) await open.close();
  }
}

async function main() {
  const count = numberFrom('SALE_SHOPPERS', { least: 100, most: 5_000, otherwise: 2_000 });
  const patience = numberFrom('SALE_WAIT_SECONDS', { least: 1, most: 3_600, otherwise: 300 });
  const folder = mkdtempSync(join(tmpdir(), 'quayside-sale-'));
  const { rows, wrong } = await sell({ count, patience, folder });
  for (const [what, number] of rows) console.log(`${what.padEnd(24)} ${String(number).padStart(6)}`);
  for (const [what, number] of wrong) console.error(`wrong: ${number} ${what}`);
  if (wrong.length > 0) throw new Error(`Something is wrong; the shop's data: ${folder}`);
  rmSync(folder, { recursive: true });
}

main().catch((error) => {
  console.error(error.message);
  // Shoppers who are still at it would keep the process alive.
  process.exit(1);
});

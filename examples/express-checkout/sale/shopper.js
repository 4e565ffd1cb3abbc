// One shopper: takes part, is let in or not, and pays with one of the cards that there are.
const { productOf } = require('../products.js');
const { ask, createVisitor, pause } = require('./visitor.js');

const LOOK_MS = 700;
const MOST_SUBMITS = 100;
// Three minutes.
const MOST_LOOKS = 250;

/** What each shopper pays with, in turn: most cards work. */
const HABITS = [
  ['good'],
  ['good'],
  ['declined', 'good'],
  ['bank'],
  ['good'],
  ['later'],
  ['good', 'double'],
  ['good'],
  ['declined', 'declined', 'good'],
];

/** Resolves to the shopper's outcome: `ordered` with the address of the order, `sold out`, `not drawn` or `refused`. */
async function shop({ number, drop, shop: origin, fanfare }) {
  const grant = await takePart({ number, product: productOf(drop), fanfare });
  if (!grant) return { outcome: 'not drawn' };
  const visit = createVisitor();
  const checkout = `${origin}/checkout/${drop}`;
  const habit = HABITS[number % HABITS.length];
  let page = await arrive(visit, `${checkout}?admission_token=${grant}`);
  for (let submits = 0; submits < MOST_SUBMITS; submits += 1) {
    const outcome = outcomeOf(page);
    if (outcome) return outcome;
    const form = page.text.includes('id="order"') ? page : await arrive(visit, checkout);
    page = form.text.includes('id="order"')
      ? await pay(visit, { checkout, form, card: habit[Math.min(submits, habit.length - 1)], habit })
      : form;
    if (page.status === 409 && !outcomeOf(page)) await pause(LOOK_MS);
  }
  return { outcome: 'refused', why: `${page.status} after ${MOST_SUBMITS} submits` };
}

async function takePart({ number, product, fanfare }) {
  const headers = { 'Content-Type': 'application/json', 'X-Publishable-Key': fanfare.publishableKey };
  const drop = `${fanfare.url}/${product.mechanism}s/${product.distributionId}`;
  const post = (url, body, more) =>
    ask(url, { method: 'POST', headers: { ...headers, ...more }, body: JSON.stringify(body) });
  const { accessToken } = await (await post(`${fanfare.url}/auth/guest`, {})).json();
  const own = { Authorization: `Bearer ${accessToken}` };
  await post(`${drop}/enter`, {}, own);
  if (product.mechanism === 'auction') await post(`${drop}/bid`, { amount: `${500 + number}.00` }, own);
  for (;;) {
    const state = await (await ask(`${drop}/status`, { headers: { ...headers, ...own } })).json();
    if (state.admissionGrant) return state.admissionGrant;
    if (state.status === 'LOST') return undefined;
    await pause(LOOK_MS);
  }
}

/** Follows every redirect, past the bank too; looks so often whether the bank has answered. */
async function arrive(visit, url, init, looks = MOST_LOOKS) {
  let page = { ...(await visit(url, init)), at: url };
  while (page.goesTo) {
    if (new URL(page.goesTo).pathname.startsWith('/experience')) return { ...page, refused: page.goesTo };
    page = { ...(await visit(page.goesTo)), at: page.goesTo };
  }
  if (page.text.includes('name="answer"')) return throughTheBank(visit, page.at);
  if (page.text.includes('Waiting for your bank') && looks > 0) {
    await pause(LOOK_MS);
    return arrive(visit, page.at, undefined, looks - 1);
  }
  return page;
}

async function throughTheBank(visit, url) {
  const back = await visit(url, { method: 'POST', body: new URLSearchParams({ answer: 'yes' }) });
  const [, returnUrl] = /action="([^"]+)"/.exec(back.text);
  const [, payment] = /name="payment" value="([^"]+)"/.exec(back.text);
  const form = new URLSearchParams({ payment });
  const headers = { Origin: new URL(url).origin, 'Sec-Fetch-Site': 'cross-site' };
  return arrive(visit, returnUrl.replaceAll('&#38;', '&'), { method: 'POST', body: form, headers });
}

async function pay(visit, { checkout, form, card, habit }) {
  const clicks = habit.includes('double') ? 2 : 1;
  const [, id] = /name="fanfare_admission_id" value="([^"]+)"/.exec(form.text);
  const body = new URLSearchParams({ fanfare_admission_id: id, card: card === 'double' ? 'good' : card });
  const init = { method: 'POST', body, headers: { 'Sec-Fetch-Site': 'same-origin' } };
  const pages = await Promise.all(Array.from({ length: clicks }, () => arrive(visit, checkout, init)));
  return pages.find(outcomeOf) ?? pages[0];
}

function outcomeOf(page) {
  const [order] = /order_[0-9a-f-]{36}/.exec(page.text) ?? [];
  if (order) return { outcome: 'ordered', order };
  if (page.text.includes('All are spoken for')) return { outcome: 'sold out' };
  return page.refused && { outcome: 'refused', why: page.refused };
}

module.exports = { shop };

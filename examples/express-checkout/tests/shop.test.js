// The shop's own tests, on `express-fanfare/testing` and supertest alone: the whole shop in this process, before a Fanfare
// that does what it is told.
const request = require('supertest');
const { testFanfare } = require('express-fanfare/testing');
const { startShop } = require('../shop.js');

const LAMP = { distributionId: 'queue_lamp', distributionType: 'queue' };
const VISIT = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };

let kit;
let shop;
const events = [];
beforeAll(async () => {
  kit = await testFanfare();
  shop = await startShop({ given: { ...kit.options, onEvent: (event) => events.push(event) } });
});
afterEach(() => kit.faults.clear());
afterAll(async () => {
  await shop?.close();
  await kit.close();
});

/** A shopper's browser that has come in by a link from the experience. */
async function admitted(mint = LAMP) {
  const agent = request.agent(shop.url).set(VISIT);
  const { token, consumerId } = kit.mintAdmissionToken(mint);
  await agent.get(`/checkout/lamp?admission_token=${token}`).expect(303).expect('Location', '/checkout/lamp');
  return { agent, consumerId };
}

const pay = (agent, card) => agent.post('/checkout/lamp').type('form').send({ card });

test('nobody sees the checkout without an admission, or with one for another drop', async () => {
  const visit = () => request(shop.url).get('/checkout/lamp').set(VISIT);
  await visit().expect(303).expect('Location', '/experience/lamp?fanfare=required');
  const { agent } = await admitted();
  await agent.get('/checkout/print').expect(303).expect('Location', '/experience/print?fanfare=mismatch');
});

test('an admission buys once, and Fanfare hears of the order', async () => {
  const { agent, consumerId } = await admitted();
  const { headers } = await pay(agent, 'good').expect(303);
  const orderId = headers.location.replace('/orders/', '');
  await agent.get(headers.location).expect(200, /Thank you/);
  const { consumerId: heard, completion } = await kit.expectCompleted(orderId);
  expect(heard).toBe(consumerId);
  expect(completion.metadata).toMatchObject({ orderAmount: '129.00', currency: 'EUR' });
  await agent.get('/checkout/lamp').expect(303).expect('Location', headers.location);
  const again = await pay(agent, 'good').expect(409);
  expect(again.text).toContain(headers.location);
});

test('what happens to stock is said where everything else is', async () => {
  events.length = 0;
  const { agent } = await admitted();
  await agent.get('/checkout/lamp').expect(200);
  await pay(agent, 'good').expect(303);
  const said = events.filter(({ type }) => type.startsWith('reservation.'));
  expect(said.map(({ type, item }) => `${type} ${item}`)).toEqual([
    'reservation.held lamp',
    'reservation.converted lamp',
  ]);
});

test('two clicks make one order', async () => {
  const { agent } = await admitted();
  const answers = await Promise.all([pay(agent, 'good'), pay(agent, 'good')]);
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 409]);
});

test('a declined card keeps the place', async () => {
  const { agent } = await admitted();
  await pay(agent, 'declined').expect(402);
  await pay(agent, 'good').expect(303);
});

test('a payment that ends later becomes an order by the provider’s webhook', async () => {
  const { agent, consumerId } = await admitted();
  await pay(agent, 'later').expect(303).expect('Location', '/checkout/lamp/waiting');
  const { completion } = await kit.expectCompleted({ consumerId }, { withinMs: 15_000 });
  await agent.get(`/orders/${completion.orderId}`).expect(200);
}, 20_000);

test('while Fanfare is down, who is in can order, and who is not is asked to come again', async () => {
  const { agent, consumerId } = await admitted();
  kit.faults.set({ kind: 'status', status: 503 });
  const { token } = kit.mintAdmissionToken(LAMP);
  await request(shop.url).get(`/checkout/lamp?admission_token=${token}`).set(VISIT).expect(503);
  await pay(agent, 'good').expect(303);
  await expect(kit.expectCompleted({ consumerId }, { withinMs: 0 })).rejects.toThrow('has not heard');
  kit.faults.clear();
  await kit.clock.advance(60_000);
  await kit.expectCompleted({ consumerId });
});

test('when the time is over, the shopper is led back', async () => {
  const { agent } = await admitted({ ...LAMP, expiresInSeconds: 60 });
  await agent.get('/checkout/lamp').expect(200);
  await kit.clock.advance(66_000);
  await agent.get('/checkout/lamp').expect(303).expect('Location', '/experience/lamp?fanfare=expired');
});

test('a webhook that the provider has not signed is refused', async () => {
  const event = { type: 'payment.paid', payment: { admissionId: 'adm_1' } };
  await request(shop.url).post('/webhooks/payments').send(event).expect(400);
});

// The lines of the merchant's test again, for the runner that Node brings; `FANFARE_LIB` is the compiled library.
const { test } = require('node:test');
const express = require('express');
const request = require('supertest');
const { createFanfare } = require(`${process.env.FANFARE_LIB}/index.js`);
const { testFanfare } = require(`${process.env.FANFARE_LIB}/testing/index.js`);

test('an admitted shopper buys', async (t) => {
  const fanfareTest = await testFanfare();
  const fanfare = createFanfare(fanfareTest.options);
  t.after(async () => {
    await fanfare.close();
    await fanfareTest.close();
  });
  const app = express();
  app.post('/checkout', fanfare.claimAdmission(), async (req, res) => {
    await fanfare.completeAdmission(req, { orderId: 'order_1' });
    res.redirect(303, '/thanks');
  });
  const agent = await fanfareTest.admitted(request.agent(app), fanfare);
  await agent.post('/checkout').expect(303);
  await fanfareTest.expectCompleted('order_1');
});

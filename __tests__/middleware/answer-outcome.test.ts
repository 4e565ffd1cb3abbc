/** Which answers give a claim back. */
import { once } from 'node:events';
import { request } from 'node:http';
import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;

beforeEach(async () => {
  shop = await openShop({
    onSubmit: (req, res) => {
      res.writeHead(Number(req.headers['x-status']), { Location: String(req.headers['x-location']) }).end();
    },
  });
});

afterEach(() => shop.close());

/** Submits to `/checkout?step=2`. */
async function outcomeOf(
  status: number,
  location: string,
  host = new URL(shop.origin).host,
): Promise<string> {
  const { port } = new URL(shop.origin);
  const browser = await shop.admitted();
  const headers = {
    Host: host,
    Cookie: browser.cookies(),
    'X-Status': String(status),
    'X-Location': location,
  };
  const submit = request({ port, path: '/checkout?step=2', method: 'POST', headers, agent: false }).end();
  await once(submit, 'response');
  const [outcome] = shop.events.map(({ type }) => type).filter((type) => type.startsWith('claim.'));
  return outcome!;
}

test.each([
  ['/checkout'],
  ['/checkout/'],
  ['/checkout?error=card'],
  ['?error=card'],
  ['#card'],
  ['checkout'],
  ['./checkout?error=card'],
  ['http://shop.example/checkout'],
  ['https://shop.example/checkout?error=card'],
  ['//shop.example/checkout'],
])('303 to %s leads back to the form: released', async (location) => {
  expect(await outcomeOf(303, location, 'shop.example')).toBe('claim.released');
});

test.each([['Shop.Example'], ['shop.example:80']])('a Host spelled %s is the same shop', async (host) => {
  expect(await outcomeOf(303, 'http://shop.example/checkout', host)).toBe('claim.released');
});

test.each([
  ['/orders/1'],
  ['/'],
  ['/checkout/pay'],
  ['pay'],
  ['https://pay.example/checkout'],
  ['https://shop.example:8443/checkout'],
  ['http://'],
])('303 to %s leads elsewhere: pending', async (location) => {
  expect(await outcomeOf(303, location, 'shop.example')).toBe('claim.pending');
});

test('a Location beside another status than 3xx leads nowhere', async () => {
  expect(await outcomeOf(201, '/checkout')).toBe('claim.pending');
});

test.each([400, 402, 409, 500, 503])('%i gives the claim back', async (status) => {
  expect(await outcomeOf(status, '/')).toBe('claim.released');
});

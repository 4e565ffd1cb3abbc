/** When a submit asks Fanfare, and what it does with each answer. */
import { createKeyring } from '../../lib/tokens/keyring.js';
import { sealToken } from '../../lib/tokens/seal.js';
import { readSession, signSession } from '../../lib/tokens/session.js';
import { Browser, type Handler } from '../support/shop.js';
import { openTimedShop, type TimedShop } from '../support/timed-shop.js';

let shop: TimedShop;

afterEach(() => shop.close());

const tellHow: Handler = (req, res) => {
  res.statusCode = 402;
  res.end(req.admission?.verifiedBy);
};

async function open(submitMaxAgeSeconds: number): Promise<void> {
  shop = await openTimedShop({ onSubmit: tellHow, options: { validation: { submitMaxAgeSeconds } } });
}

function asked(): number {
  return shop.emulator.requests().filter(({ kind }) => kind === 'validate').length;
}

test('every submit asks, however fresh the last yes is', async () => {
  await open(0);
  const browser = await shop.admitted();
  for (const calls of [2, 3]) {
    expect(await (await browser.submit()).text()).toBe('fanfare');
    expect(asked()).toBe(calls);
  }
});

test('with submitMaxAgeSeconds a younger yes is good enough, an older one is not', async () => {
  await open(30);
  const browser = await shop.admitted();
  await shop.clock.advance(29_000);
  expect(await (await browser.submit()).text()).toBe('session');
  expect(asked()).toBe(1);
  await shop.clock.advance(2_000);
  expect(await (await browser.submit()).text()).toBe('fanfare');
  expect(asked()).toBe(2);
  // A yes at submit counts as the last one from now on.
  await shop.clock.advance(29_000);
  expect(await (await browser.submit()).text()).toBe('session');
});

test('a token that comes with the submit is asked about once', async () => {
  await open(0);
  const { token } = shop.emulator.mint({ distributionId: 'queue_1', distributionType: 'queue' });
  const answer = await new Browser(shop.origin).submit('/checkout', { admissionToken: token });
  expect([await answer.text(), asked()]).toEqual(['fanfare', 1]);
});

test.each([
  { kind: 'status', status: 401 },
  { kind: 'status', status: 429 },
  { kind: 'status', status: 500 },
  { kind: 'reset' },
] as const)('an answer that tells nothing (%j) counts as grace', async (fault) => {
  await open(0);
  const browser = await shop.admitted();
  shop.emulator.faults.set({ on: 'validate', ...fault });
  expect(await (await browser.submit()).text()).toBe('grace');
});

test('grace is for a session that has not ended, also when it ends while Fanfare is asked', async () => {
  await open(0);
  const browser = await shop.admitted({ expiresInSeconds: 60 });
  shop.emulator.faults.set({ on: 'validate', kind: 'status', status: 500 });
  await shop.clock.advance(64_000);
  const find = shop.ledger.find.bind(shop.ledger);
  shop.ledger.find = async (id) => {
    await shop.clock.advance(1_500);
    return find(id);
  };
  const answer = await browser.submit();
  expect(await answer.json()).toMatchObject({ code: 'ADMISSION_EXPIRED' });
});

test('an admission that ended counts as such at submit, too', async () => {
  await open(0);
  const browser = await shop.admitted({ expiresInSeconds: 60 });
  await shop.clock.advance(70_000);
  expect(await (await browser.submit()).json()).toMatchObject({ code: 'ADMISSION_EXPIRED' });
});

test('a no at submit ends the session, but not one whose attempt may still end', async () => {
  shop = await openTimedShop({ onSubmit: (_req, res) => res.end('off to payment') });
  const [untried, tried] = [await shop.admitted(), await shop.admitted()];
  await tried.submit();
  shop.emulator.faults.set({ on: 'validate', kind: 'device-mismatch' });
  for (const browser of [untried, tried]) {
    expect(await (await browser.submit()).json()).toMatchObject({ code: 'DEVICE_MISMATCH' });
  }
  expect(untried.cookies()).toBe('');
  expect(await (await tried.send('/cancel')).json()).toEqual({ released: true });
});

test('a session sealed under a secret that is gone is refused and forgotten', async () => {
  const [old, now] = [
    'an old session secret, long enough for us',
    'a new session secret, long enough for us',
  ];
  shop = await openTimedShop({ onSubmit: tellHow, options: { session: { secrets: [now], insecure: true } } });
  const browser = await shop.admitted();
  const [[name, cookie] = []] = browser
    .cookies()
    .split('; ')
    .map((pair) => pair.split('='));
  const organizationId = shop.emulator.organizationId;
  const { session } = readSession(createKeyring([now]), organizationId, cookie!)!;
  const { id } = session.admission;
  const sealed = sealToken(createKeyring([old]), 'opaque-token', id);
  const text = signSession(
    createKeyring([now]),
    organizationId,
    session,
    sealed,
    session.admission.expiresAt!,
  );
  const answer = await fetch(`${shop.origin}/checkout`, {
    method: 'POST',
    headers: { Cookie: `${name!}=${text}` },
  });
  expect(await answer.json()).toMatchObject({ code: 'ADMISSION_INVALID' });
  expect(answer.headers.get('set-cookie')).toContain(`${name!}=; `);
});

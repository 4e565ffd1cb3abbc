import { createHash } from 'node:crypto';
import { createEmulator } from '../../lib/emulator/index.js';
import { markup } from '../../lib/markup.js';
import { closeAll, merchantHeaders, start } from './harness.js';

afterEach(closeAll);

async function read(url: string) {
  const response = await fetch(url);
  return { text: await response.text(), headers: response.headers, status: response.status };
}

describe('the page', () => {
  it('shows what happened to each admission, newest first', async () => {
    const { emulator, merchant, url, clock } = await start();
    const queue = { distributionId: 'q1', distributionType: 'queue', consumerId: 'anna' } as const;
    const { token } = emulator.mint(queue);
    await merchant('/queues/q1/validate', { consumerId: 'anna', token });
    await merchant('/queues/q1/validate', { consumerId: 'anna', token });
    await merchant('/queues/q1/validate', { consumerId: 'ben', token });
    const metadata = { orderId: 'o-77' };
    await merchant('/queues/q1/complete', { consumerId: 'anna', metadata }, { 'X-Idempotency-Key': 'key-9' });
    await clock.advance(1_000);
    emulator.mint({ ...queue, consumerId: 'ben', expiresInSeconds: 5 });
    await clock.advance(5_000);
    emulator.faults.once({ kind: 'black-hole', on: 'complete' });

    const { text, headers } = await read(url);
    expect(headers.get('content-type')).toContain('text/html');
    const words = text.slice(text.indexOf('<main>')).replace(/<[^>]*>/g, ' ');
    const shown = words.replace(/\s+/g, ' ');
    expect(shown).toContain('complete: black-hole');
    expect(shown.indexOf('expired ben')).toBeGreaterThan(0);
    expect(shown.indexOf('expired ben')).toBeLessThan(shown.indexOf('completed anna'));
    expect(shown).toContain('order o-77 validated 2 times, refused once, complete received once');
    expect(shown).toMatch(
      /minted \S+ validated ×2 \S+ refused: Admission token does not match \S+ completed: o-77/,
    );
    expect(shown).toMatch(/200 POST \/queues\/q1\/complete key-9/);
    expect(text).not.toContain(token);
    expect(text).not.toContain('sk_test_emulator');
  });

  it('says so while nothing has happened', async () => {
    const { url } = await start();
    const { text } = await read(url);
    expect(text).toContain('Nobody has been admitted yet.');
    expect(text).toContain('No call has come in yet.');
  });

  it('escapes everything that came from outside', async () => {
    const evil = '"><script>alert(1)</script>\'&';
    const { emulator, merchant, call, url } = await start({ organizationId: 'org"<b>' });
    emulator.mint({ distributionId: evil, distributionType: 'queue', consumerId: evil });
    const headers = { 'X-Organization-Id': 'org"<b>', 'X-Idempotency-Key': evil };
    const path = `/queues/${encodeURIComponent(evil)}`;
    const answer = await merchant(
      `${path}/complete`,
      { consumerId: evil, metadata: { orderId: evil } },
      headers,
    );
    expect(answer.status).toBe(200);
    await call('GET', "/<script>alert(2)</script>'");
    const { text } = await read(url);
    expect(text).not.toContain('<script>alert');
    expect(text).not.toContain('org"');
    expect(text.match(/<script>/g)).toHaveLength(1);
    expect(text.match(/#60;script&#62;alert\(1\)/g)!.length).toBeGreaterThanOrEqual(4);
  });

  it('runs nothing but its own style and script', async () => {
    const { url } = await start();
    const { text, headers } = await read(url);
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    for (const tag of ['style', 'script']) {
      const [, inside] = new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(text)!;
      const hash = createHash('sha256').update(inside!).digest('base64');
      expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    }
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
  });
});

describe('markup', () => {
  it.each([
    ['&', '&#38;'],
    ['<', '&#60;'],
    ['>', '&#62;'],
    ['"', '&#34;'],
    ["'", '&#39;'],
  ])('escapes %s', (sign, escaped) => {
    expect(markup`<i title="${sign}">${[markup`${sign}`, markup`<b>${1}</b>`]}</i>`.text).toBe(
      `<i title="${escaped}">${escaped}<b>1</b></i>`,
    );
  });
});

describe('the same as JSON', () => {
  it('holds admissions and requests without tokens or keys', async () => {
    const { emulator, call, clock } = await start();
    const { token, consumerId } = emulator.mint({ distributionId: 'q1', distributionType: 'queue' });
    await call('POST', '/queues/q1/validate?token=secret', { consumerId, token }, merchantHeaders);
    const { body } = await call('GET', '/emulator/admissions');
    expect(body).toMatchObject({
      serverNow: new Date(clock.now()).toISOString(),
      organizationId: 'org_emulator',
      admissions: [{ consumerId, experienceId: 'exp_q', state: 'open', validations: { yes: 1, no: 0 } }],
      requests: [{ method: 'POST', path: '/queues/q1/validate', kind: 'validate', status: 200 }],
    });
    expect(body['admissions']).toEqual(emulator.admissions());
    expect(JSON.stringify(body)).not.toMatch(/secret|sk_test|eyJ/);
  });
});

describe('admissions by hand over HTTP', () => {
  it('gives a token that is good', async () => {
    const { call, merchant } = await start();
    const wanted = { distributionId: 'q1', distributionType: 'queue', expiresInSeconds: 60, opaque: true };
    const { status, body } = await call('POST', '/emulator/admissions', wanted);
    expect(status).toBe(201);
    const { consumerId, token } = body;
    expect((await merchant('/queues/q1/validate', { consumerId, token })).body).toBe(true);
  });

  it.each([
    [{}],
    [{ distributionId: 'unknown', distributionType: 'queue' }],
    [{ distributionId: 'q1', distributionType: 'draw' }],
    [{ distributionId: 'q1', distributionType: 'queue', consumerId: '<b>' }],
    [{ distributionId: 'q1', distributionType: 'queue', expiresInSeconds: 'soon' }],
    [{ distributionId: 'q1', distributionType: 'queue', expiresInSeconds: null }],
    [{ distributionId: 'q1', distributionType: 'queue', expiresInSeconds: 1e12 }],
    [{ distributionId: 'q1', distributionType: 'queue', admittedAt: 'never' }],
    [{ distributionId: 'q1', distributionType: 'queue', admittedAt: [] }],
    [{ distributionId: 'q1', distributionType: 'queue', opaque: 'yes' }],
  ])('%j is a 400 and admits nobody', async (body) => {
    const { call, emulator } = await start();
    expect(await call('POST', '/emulator/admissions', body)).toMatchObject({ status: 400 });
    expect(emulator.admissions()).toEqual([]);
  });

  it('takes no form that another site could send', async () => {
    const { emulator, url } = await start();
    const body = JSON.stringify({ distributionId: 'q1', distributionType: 'queue' });
    const headers = { 'Content-Type': 'text/plain' };
    expect((await fetch(`${url}/emulator/admissions`, { method: 'POST', body, headers })).status).toBe(400);
    expect(emulator.admissions()).toEqual([]);
  });
});

it('forgets the oldest admissions and requests rather than grow', () => {
  const emulator = createEmulator();
  for (let number = 1; number <= 10_001; number += 1) {
    const consumerId = `c${number}`;
    emulator.mint({ distributionId: 'queue_demo', distributionType: 'queue', consumerId, opaque: true });
  }
  const admissions = emulator.admissions();
  expect(admissions).toHaveLength(10_000);
  expect([admissions[0]!.consumerId, admissions.at(-1)!.consumerId]).toEqual(['c2', 'c10001']);
});

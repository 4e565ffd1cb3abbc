/** The emulator inside somebody else's application, and with the other major version of Express. */
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { createApp } from '../../lib/emulator/app.js';
import { createEmulator } from '../../lib/emulator/index.js';
import { mint } from '../../lib/emulator/mint.js';
import { readSettings } from '../../lib/emulator/settings.js';
import { createWorld } from '../../lib/emulator/world.js';
import { merchantHeaders } from './harness.js';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const express4 = require('express4') as typeof express;

const queue = { distributionId: 'queue_demo', distributionType: 'queue' } as const;

async function withServer(listener: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

async function post(url: string, body: unknown): Promise<{ status: number; body: unknown }> {
  const headers = { 'Content-Type': 'application/json', ...merchantHeaders };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: await response.json() };
}

describe.each([
  ['Express 5', express],
  ['Express 4', express4],
])('on %s', (_name, create) => {
  it('answers the same when it is mounted beside a shop', async () => {
    const emulator = createEmulator();
    const shop = create();
    shop.use('/fanfare-emulator', emulator.app);
    const { token, consumerId } = emulator.mint(queue);
    await withServer(shop, async (url) => {
      const base = `${url}/fanfare-emulator`;
      const validated = await post(`${base}/v1/queues/queue_demo/validate`, { consumerId, token });
      expect(validated).toEqual({ status: 200, body: true });
      const page = await (await fetch(`${base}/`)).text();
      expect(page).toContain('href="/fanfare-emulator/emulator/admissions"');
    });
    expect(emulator.requests()).toMatchObject([{ path: '/v1/queues/queue_demo/validate', kind: 'validate' }]);
  });

  it('serves by itself', async () => {
    const world = createWorld(readSettings({}));
    const { token, consumerId } = mint(world, queue);
    const listener = createApp(create, world) as unknown as RequestListener;
    await withServer(listener, async (url) => {
      const path = `${url}/queues/queue_demo`;
      expect(await post(`${path}/validate`, { consumerId, token })).toEqual({ status: 200, body: true });
      expect(await post(`${path}/validate`, {})).toMatchObject({ status: 400 });
      expect(await post(`${path}/complete`, { consumerId })).toMatchObject({ status: 200 });
      expect(await post(`${url}/queues/none/complete`, { consumerId })).toMatchObject({ status: 404 });
      expect((await fetch(`${path}/complete`, { method: 'POST' })).status).toBe(401);
      expect((await fetch(url)).status).toBe(200);
    });
  });
});

import { createEmulator } from '../../lib/emulator/index.js';
import type { EmulatorOptions, Experience } from '../../lib/emulator/index.js';
import { loadExpress } from '../../lib/emulator/load-express.js';

const twice: Experience = {
  id: 'e',
  name: 'E',
  distributions: [
    { id: 'same', type: 'queue' },
    { id: 'same', type: 'draw' },
  ],
};

describe('options', () => {
  it.each([
    [{ secretKey: 'sk_live_x1y2z3' }, '"secretKey" is a live key'],
    [{ secretKey: 'pk_live_x1y2z3' }, '"secretKey" is a live key'],
    [{ secretKey: 'pk_test_x1y2z3' }, '"secretKey" must start with sk_'],
    [{ secretKey: '' }, '"secretKey" must be a text'],
    [{ publishableKey: 'pk_live_x1y2z3' }, '"publishableKey" is a live key'],
    [{ secretkey: 'sk_test_x' }, 'Unknown option "secretkey"'],
    [{ admissionSeconds: 0 }, '"admissionSeconds"'],
    [{ admissionSeconds: NaN }, '"admissionSeconds"'],
    [{ secondCompletion: 'never' }, '"secondCompletion" must be one of bad_request, same, conflict'],
    [{ expired: false }, '"expired" must be one of false, forbidden, got boolean'],
    [{ experiences: [twice] }, 'Two distributions share the id "same"'],
  ])('%j throws and names what is wrong, without the key', (options, message) => {
    const create = () => createEmulator(options as EmulatorOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
    expect(create).not.toThrow('x1y2z3');
  });

  it('may be undefined', () => {
    const emulator = createEmulator({ organizationId: undefined } as unknown as EmulatorOptions);
    expect(emulator.organizationId).toBe('org_emulator');
  });
});

describe('mint', () => {
  it('opens a distribution nobody knew, but never under another type', () => {
    const emulator = createEmulator();
    const minted = emulator.mint({ distributionId: 'mine', distributionType: 'auction', consumerId: 'anna' });
    expect(minted).toMatchObject({ distributionId: 'mine', consumerId: 'anna' });
    expect(emulator.admissions()).toMatchObject([
      { distributionType: 'auction', timeline: [{ what: 'minted' }] },
    ]);
    expect(() => emulator.mint({ distributionId: 'mine', distributionType: 'queue' })).toThrow(
      '"mine" is of the type auction, not queue',
    );
  });
});

describe('listen', () => {
  it('is refused twice, and close may come twice', async () => {
    const emulator = createEmulator();
    const { port } = await emulator.listen();
    await expect(emulator.listen()).rejects.toThrow('listens already');
    const other = createEmulator();
    await expect(other.listen(port)).rejects.toThrow('EADDRINUSE');
    await other.close();
    await emulator.close();
    await emulator.close();
    await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow('fetch failed');
  });
});

describe('Express', () => {
  const missing = (name: string) =>
    Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });

  it('is asked for in words when it is missing', () => {
    const load = (name: string) => {
      throw missing(name);
    };
    expect(() => loadExpress(load)).toThrow('npm install --save-dev express');
  });

  it('keeps its own errors', () => {
    const broken = new SyntaxError('Unexpected token');
    expect(() =>
      loadExpress(() => {
        throw broken;
      }),
    ).toThrow(broken);
  });
});

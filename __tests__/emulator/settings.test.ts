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
    [{ admissionSeconds: Infinity }, '"admissionSeconds"'],
    [{ organizationId: '' }, '"organizationId" must be a text'],
    [{ organizationId: 7 }, '"organizationId" must be a text, got number'],
    [{ experiences: [twice] }, 'Two distributions share the id "same"'],
    [{ experiences: 'none' }, '"experiences" must be a list, got string'],
    [{ experiences: [null] }, '"experiences[0]" must be an object, got null'],
    [
      { experiences: [{ id: 'e', name: 'E' }] },
      '"experiences[0].distributions" must be a list, got undefined',
    ],
    [
      { experiences: [{ id: 'e', distributions: [] }] },
      '"experiences[0].name" must be a text, got undefined',
    ],
  ])('%j throws and names what is wrong, without the key', (options, message) => {
    const create = () => createEmulator(options as EmulatorOptions);
    expect(create).toThrow(TypeError);
    expect(create).toThrow(message);
    expect(create).not.toThrow('x1y2z3');
  });

  it.each([
    [{ type: 'raffle' }, 'type" must be one of queue, draw, auction, timed_release, got string'],
    [{ type: 'queue', id: 'a/b' }, 'id" must be letters, digits, _ and - (at most 128), got string'],
    [{ type: 'queue', waitSeconds: -1 }, 'waitSeconds" must be a number from 0 on, got number'],
    [{ type: 'queue', waitSeconds: '3' }, 'waitSeconds" must be a number from 0 on, got string'],
    [{ type: 'queue', runSeconds: 3 }, 'runSeconds" is not known for a queue'],
    [{ type: 'draw', runSeconds: NaN }, 'runSeconds" must be a number from 0 on, got number'],
    [{ type: 'draw', winners: 0 }, 'winners" must be a whole number from 1 on, got number'],
    [{ type: 'auction', startingBid: 'much' }, 'startingBid" must be a decimal string, got string'],
    [{ type: 'auction', minimumIncrement: 1 }, 'minimumIncrement" must be a decimal string, got number'],
    [
      { type: 'timed_release', admissionSeconds: 0 },
      'admissionSeconds" must be a number above 0, got number',
    ],
    [{ type: 'timed_release', opaqueTokens: 'yes' }, 'opaqueTokens" must be true or false, got string'],
  ])('a distribution %j throws and names the field', (distribution, message) => {
    const experience = { id: 'e', name: 'E', distributions: [{ id: 'd', ...distribution }] } as Experience;
    const create = () => createEmulator({ experiences: [experience] });
    expect(create).toThrow(TypeError);
    expect(create).toThrow(`"experiences[0].distributions[0].${message}`);
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

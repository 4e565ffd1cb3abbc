import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { createFanfare, type FanfareOptions, memoryLedger } from '../lib/index.js';
import { readOptions } from '../lib/options.js';

const SECRET = 'a session secret for tests, long enough';
const KEY = 'sk_test_do_not_show_this_key';

function good(): FanfareOptions {
  return {
    organizationId: 'org_1',
    secretKey: KEY,
    session: { secrets: [SECRET] },
    ledger: memoryLedger(),
  };
}

/** The options of a merchant in plain JavaScript, who can write anything. */
function problem(wrong: Readonly<Record<string, unknown>>): unknown {
  try {
    readOptions({ ...good(), ...wrong }, {});
  } catch (error) {
    return error;
  }
  return 'no problem';
}

function messageOf(wrong: Readonly<Record<string, unknown>>): string {
  const error = problem(wrong);
  expect(error).toBeInstanceOf(TypeError);
  return (error as TypeError).message;
}

test('good options pass, and the rest is completed', () => {
  const { settings, dialect, insecure } = readOptions(good(), {});
  expect([dialect.name, insecure]).toEqual(['gateway', false]);
  expect(settings).toMatchObject({
    ...{ organizationId: 'org_1', maxSessionMs: 1_800_000, orderGraceMs: 900_000, submitMaxAgeMs: 0 },
    ...{ pendingMs: 1_800_000, maxClaimMs: 600_000, hasFindOrder: false, maxUnverified: 0 },
    onFanfareUnavailable: { page: 'allow-validated', order: 'allow-validated' },
  });
  expect(settings.experienceUrl(new IncomingMessage(new Socket()))).toBe('/experience');
});

test.each([
  [undefined, { watches: true, silenced: [] }],
  [false, { watches: false, silenced: [] }],
  [['CLOCK_DRIFT'] as const, { watches: true, silenced: ['CLOCK_DRIFT'] }],
])('"doctor" %j', (doctor, read) => {
  const options = doctor === undefined ? good() : { ...good(), doctor };
  expect(readOptions(options, {}).doctor).toEqual(read);
});

test('the environment stands in for what is not given, and only for that', () => {
  const environment = {
    ...{ FANFARE_ORG_ID: 'org_older', FANFARE_SECRET_KEY: 'sk_test_env' },
    ...{ FANFARE_SESSION_SECRET: `${SECRET} env`, FANFARE_API_URL: 'http://127.0.0.1:4242' },
  };
  const ledger = memoryLedger();
  const read = readOptions({ ledger }, { ...environment, FANFARE_ORGANIZATION_ID: 'org_env' });
  expect(read.settings.organizationId).toBe('org_env');
  expect(read).toMatchObject({
    ...{ secretKey: 'sk_test_env', secrets: [`${SECRET} env`], baseUrl: 'http://127.0.0.1:4242' },
  });
  expect(readOptions({ ledger }, environment).settings.organizationId).toBe('org_older');
  const given = readOptions(good(), environment);
  expect([given.settings.organizationId, given.secretKey, given.secrets]).toEqual(['org_1', KEY, [SECRET]]);
});

test.each([
  [[], {}, undefined],
  [['https://drops.example'], {}, undefined],
  [['http://localhost:3000', 'http://drops.localhost:3000', 'http://[::1]'], {}, undefined],
  [['https://drops.example'], { embedded: true }, ['https://drops.example']],
  [[], { embedded: { frameAncestors: ['https://a.example'] } }, ['https://a.example']],
  [[], { embedded: false }, undefined],
])('"experienceOrigins" %j with "session" %j', (origins, embedded, frameAncestors) => {
  const given = origins.length === 0 ? {} : { experienceOrigins: origins };
  const { settings } = readOptions({ ...good(), session: { secrets: [SECRET], ...embedded }, ...given }, {});
  expect([...settings.experienceOrigins]).toEqual(origins);
  expect(settings.frameAncestors).toEqual(frameAncestors);
});

describe('what a message says', () => {
  test.each([
    [{ ledgr: 1 }, /knows no option "ledgr"\. Did you mean "ledger"\?/],
    [{ experienceURL: '/x' }, /Did you mean "experienceUrl"\?/],
    [{ session: { secret: SECRET } }, /"session" knows no option "secret"\. Did you mean "secrets"\?/],
    [{ api: { baseURL: 'https://x.example' } }, /"api" knows no option "baseURL"\. Did you mean "baseUrl"\?/],
    [{ api: { dialekt: 'consumer' } }, /"api" knows no option "dialekt"\. Did you mean "dialect"\?/],
    [
      { api: { dialect: 'consumer-v2' } },
      /"api\.dialect" must be one of gateway, consumer-v1, consumer, admission/,
    ],
    [{ api: { validate: true } }, /"api\.validate" must be a function/],
    [{ validation: { submitMaxAge: 1 } }, /"validation" knows no option "submitMaxAge"/],
    [{ tokenNames: { headers: 'x' } }, /"tokenNames" knows no option "headers"\. Did you mean "header"\?/],
    [{ onFanfareUnavailable: { pages: 'deny' } }, /"onFanfareUnavailable" .* Did you mean "page"\?/],
    [{ onFanfareUnavailable: { order: 'allow' } }, /"onFanfareUnavailable.order" must be one of deny, /],
    [{ onFanfareUnavailable: 'deny' }, /"onFanfareUnavailable" takes an object of options/],
    [{ onFanfareUnavailable: { page: 'allow-unverified' } }, /"maxUnverified" must be .* got undefined; /],
    [{ maxUnverified: 0 }, /"maxUnverified" must be a whole number above 0, got 0/],
    [{ maxUnverified: 1.5 }, /"maxUnverified" must be a whole number above 0, got 1\.5/],
    [{ qqqqqqqqqqqq: 1 }, /knows no option "qqqqqqqqqqqq"; it knows organizationId, secretKey, /],
    [{ secretKey: 'pk_live_123456' }, /"secretKey" is a publishable key/],
    [{ coldValidationsPerMinute: 0 }, /"coldValidationsPerMinute" must be a whole number .* or false, got 0/],
    [{ coldValidationsPerMinute: true }, /"coldValidationsPerMinute" must be .* got boolean/],
    [{ coldValidationsPerMinute: 1.5 }, /"coldValidationsPerMinute" must be a whole number from 1 to 1000/],
    [{ fingerprintHeader: 'X Fingerprint' }, /"fingerprintHeader" must be the name of a header/],
    [{ fingerprintHeader: true }, /"fingerprintHeader" must be .* got boolean/],
    [{ latePayment: 'keep' }, /"latePayment" must be 'honour', 'refund' or a function .* got a text/],
    [{ mode: 'dry' }, /"mode" must be 'enforce' or 'report', got a text of 3 characters/],
    [{ clientKey: 'ip' }, /"clientKey" must be a function/],
    [{ secretKey: undefined }, /"secretKey" must be .* got undefined; set it or FANFARE_SECRET_KEY/],
    [{ secretKey: 'sk_live_1\nX: y' }, /"secretKey" must be .* without spaces or line ends/],
    [{ organizationId: '' }, /"organizationId" must be .* got an empty text/],
    [{ ledger: undefined }, /"ledger" must be a ledger, .* got undefined/],
    [{ offlineVerifier: { verifyToken: 1 } }, /"offlineVerifier" must be a verifier, .* got object/],
    [{ session: { secrets: ['too short'] } }, /"session\.secrets" .* got a text of 9 characters/],
    [{ session: { secrets: [] } }, /"session\.secrets" must be a list .* got a list of 0/],
    [{ doctor: ['CLOCK'] }, /"doctor" must be false, or a list .* out of OPTION_WRONG, .* got a list of 1/],
    [{ doctor: 'off' }, /"doctor" must be .* got a text of 3 characters/],
    [{ pendingSecond: 1 }, /Did you mean "pendingSeconds"\?/],
    [
      { pendingSeconds: 1e9 },
      /"pendingSeconds" must be a number of seconds from 1 to 31536000, got 1000000000/,
    ],
    [{ experienceUrl: 'experience' }, /"experienceUrl" must give a path .* got a text of 10 characters/],
    [
      { experienceUrl: 'https://our shop.example' },
      /"experienceUrl" names a host .* in a text of 24 characters/,
    ],
    [
      { experienceUrl: 'https://shop.example:99999' },
      /"experienceUrl" names a host or a port that cannot be/,
    ],
    [
      { distributionIds: [] },
      /"distributionIds" must be a list, each entry an id of 1 to 128 .*; got a list of 0/,
    ],
    [{ distributionIds: 'queue_1' }, /"distributionIds" must be a list.* got a text of 7 characters$/],
    [
      { distributionIds: ['queue_1', 'queue 2'] },
      /"distributionIds" must be .* got a text of 7 characters at \[1\]/,
    ],
    [{ session: { secrets: [SECRET], insecure: 'yes' } }, /"session\.insecure" must be true or false/],
    [{ clock: { now: () => 0 } }, /"clock" must have the functions "now" and "after", got object/],
    [{ clock: { now: 0, after: () => undefined } }, /"clock" must have the functions "now" and "after"/],
    [
      { experienceOrigins: [] },
      /"experienceOrigins" must be a list of at least one exact origin.* got a list of 0/,
    ],
    [
      { experienceOrigins: 'https://drops.example' },
      /"experienceOrigins" must be .* got a text of 21 characters/,
    ],
    [
      { experienceOrigins: ['https://drops.example', '*'] },
      /"experienceOrigins" must be .* got a text of 1 char/,
    ],
    [{ experienceOrigins: ['https://drops.example/'] }, /"experienceOrigins" must be .*no "\/" at the end/],
    [{ experienceOrigins: ['https://*.drops.example'] }, /"experienceOrigins" must be .*no "\*"/],
    [{ experienceOrigins: ['http://drops.example'] }, /"experienceOrigins" must be .*http only on localhost/],
    [{ experienceOrigins: ['https://Drops.example'] }, /"experienceOrigins" must be/],
    [{ experienceOrigins: ['https://drops.example:443'] }, /"experienceOrigins" must be/],
    [{ experienceOrigins: ['null'] }, /"experienceOrigins" must be/],
    [{ session: { secrets: [SECRET], embedded: true } }, /"experienceOrigins" must be .* got undefined/],
    [
      { session: { secrets: [SECRET], embedded: {} } },
      /"session\.embedded\.frameAncestors" must be .* got undefined/,
    ],
    [
      { session: { secrets: [SECRET], embedded: { frameAncestors: [] } } },
      /"session\.embedded\.frameAncestors" must be .* got a list of 0/,
    ],
    [
      { session: { secrets: [SECRET], embedded: { frameAncestors: ["'self'; script-src *"] } } },
      /"session\.embedded\.frameAncestors" must be/,
    ],
    [
      { session: { secrets: [SECRET], embedded: { ancestors: ['https://drops.example'] } } },
      /"session\.embedded" knows no option "ancestors"/,
    ],
    [{ session: { secrets: [SECRET], embedded: 'yes' } }, /"session\.embedded" takes an object of options/],
    [
      { session: { secrets: [SECRET], insecure: true, embedded: { frameAncestors: ['https://a.example'] } } },
      /"session\.embedded" needs secure cookies/,
    ],
    [{ pendingSeconds: '1800' }, /"pendingSeconds" must be a number .* got a text of 4 characters/],
  ])('%j', (wrong, message) => {
    expect(messageOf(wrong)).toMatch(message);
  });

  test('insecure cookies and a live key do not go together', () => {
    const session = { secrets: [SECRET], insecure: true };
    expect(messageOf({ secretKey: 'sk_live_12345678', session })).toMatch(/"session\.insecure".*live key/);
    expect(problem({ session })).toBe('no problem');
  });
});

describe('the zoo', () => {
  const animals: readonly unknown[] = [
    ...[null, true, false, 0, -1, NaN, Infinity, 1e12, '', ' ', '\n', 'x', '{}', Symbol('x'), 10n],
    ...[
      [],
      [undefined],
      [null],
      [''],
      [[]],
      {},
      Object.create(null) as object,
      new Date(0),
      () => 'x',
      /x/,
      new Map(),
    ],
  ];
  // What the animals may be at each option; everything else throws.
  const tame: Readonly<Record<string, (animal: unknown) => boolean>> = {
    organizationId: (animal) => animal === 'x',
    secretKey: (animal) => typeof animal === 'function',
    experienceUrl: (animal) => typeof animal === 'function',
    orderUrl: (animal) => typeof animal === 'function',
    consumerOf: (animal) => typeof animal === 'function',
    findOrder: (animal) => typeof animal === 'function',
    latePayment: (animal) => typeof animal === 'function',
    onRefused: (animal) => typeof animal === 'function',
    onEvent: (animal) => typeof animal === 'function',
    ledger: () => false,
    clock: () => false,
    offlineVerifier: () => false,
    distributionIds: () => false,
    api: isEmptyObject,
    validation: isEmptyObject,
    tokenNames: isEmptyObject,
    orderGraceSeconds: (animal) => animal === 0,
    pendingSeconds: () => false,
    maxClaimSeconds: () => false,
    overdueSeconds: () => false,
    deliveriesPerMinute: (animal) => animal === 1e12,
    'session.secrets': () => false,
    'session.insecure': (animal) => typeof animal === 'boolean',
    'session.maxSeconds': () => false,
    'validation.submitMaxAgeSeconds': (animal) => animal === 0,
    'api.baseUrl': () => false,
    'api.dialect': () => false,
    'api.validate': (animal) => typeof animal === 'function',
    'api.complete': (animal) => typeof animal === 'function',
    'api.checkoutBaseUrl': () => false,
    'tokenNames.header': (animal) => animal === 'x',
    'tokenNames.query': isEmptyList,
    'tokenNames.body': isEmptyList,
    'tokenNames.bare': isEmptyList,
  };

  test.each(Object.keys(tame))('%s', (path) => {
    const [option = '', inner] = path.split('.');
    for (const animal of animals) {
      const around = option === 'session' ? { secrets: [SECRET] } : {};
      const wrong = { [option]: inner === undefined ? animal : { ...around, [inner]: animal } };
      const error = attempt(wrong);
      const passes = tame[path]?.(animal) === true;
      const found = error === undefined || (error instanceof TypeError && error.message.includes(option));
      expect([path, typeof animal, animal, error === undefined, found]).toEqual([
        ...[path, typeof animal, animal, passes, true],
      ]);
    }
  });

  test('as the whole options', () => {
    for (const animal of animals) {
      expect(() => createFanfare(animal as FanfareOptions)).toThrow(TypeError);
    }
  });

  function isEmptyObject(animal: unknown): boolean {
    return Object.prototype.toString.call(animal) === '[object Object]';
  }

  function isEmptyList(animal: unknown): boolean {
    return Array.isArray(animal) && animal.length === 0;
  }

  /** By the public door, since some options are checked by the part they are for. */
  function attempt(wrong: Readonly<Record<string, unknown>>): unknown {
    try {
      const fanfare = createFanfare({ ...good(), ...wrong });
      void fanfare.close();
      return undefined;
    } catch (error) {
      return error;
    }
  }
});

test('no message shows a secret', () => {
  const short = 'hunter2-is-too-short';
  const wrongs: readonly Readonly<Record<string, unknown>>[] = [
    { secretKey: `${KEY} with a space` },
    { secretKey: 'pk_live_do_not_show' },
    { session: { secrets: [SECRET, short] } },
    { session: { secrets: [SECRET, 7] } },
    { secretKey: 'sk_live_do_not_show', session: { secrets: [SECRET], insecure: true } },
    { api: { baseUrl: 'https://user:do_not_show@api.example' } },
    { api: { checkoutBaseUrl: 'https://user:do_not_show@checkout.example' } },
    { ledger: 'postgres://user:do_not_show@db' },
  ];
  for (const wrong of wrongs) {
    expect(() => createFanfare({ ...good(), ...wrong })).toThrow(
      expect.objectContaining({
        name: 'TypeError',
        message: expect.not.stringMatching(/do_not_show|hunter2|long enough/) as string,
      }) as Error,
    );
  }
});

describe('guards', () => {
  const fanfare = createFanfare(good());
  afterAll(() => fanfare.close());

  test.each<readonly [string, unknown]>([
    ['distributionIds', []],
    ['distributionIds', 'queue_1'],
    ['distributionIds', ['has space']],
    ['experienceIds', ['']],
    ['distributionTypes', ['lottery']],
    ['distributionTypes', ['__proto__']],
    ['match', true],
    ['distributionId', ['queue_1']],
  ])('a wrong "%s" (%j) throws when the route is made', (name, value) => {
    const wrong = { [name]: value } as never;
    for (const make of ['requireAdmission', 'claimAdmission'] as const) {
      expect(() => fanfare[make](wrong)).toThrow(TypeError);
      expect(() => fanfare[make](wrong)).toThrow(name);
    }
  });

  test.each<readonly [string, unknown]>([
    ['leaseSeconds', 9],
    ['leaseSeconds', '120'],
    ['leaseSeconds', NaN],
    ['onPending', 'wait'],
  ])('a wrong "%s" (%j) of a claim', (name, value) => {
    expect(() => fanfare.claimAdmission({ [name]: value })).toThrow(name);
    expect(() => fanfare.requireAdmission({ [name]: value })).toThrow(/knows no option/);
  });
});

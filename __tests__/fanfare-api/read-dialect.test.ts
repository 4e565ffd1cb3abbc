/** A merchant's own dialect, checked when the app starts: every part, and what it would prove. */
import { type Dialect, DIALECTS, memoryLedger } from '../../lib/index.js';
import { readOptions } from '../../lib/options.js';

const good: Dialect = { ...DIALECTS.consumer, name: 'ours' };

function read(dialect: unknown): Dialect {
  const options = {
    organizationId: 'org_1',
    secretKey: 'sk_test_12345678',
    session: { secrets: ['a session secret for tests, long enough'] },
    ledger: memoryLedger(),
  };
  return readOptions({ ...options, api: { dialect: dialect as Dialect } }, {}).dialect;
}

function messageOf(change: object): string {
  try {
    read({ ...good, ...change });
  } catch (error) {
    expect(error).toBeInstanceOf(TypeError);
    return (error as TypeError).message;
  }
  return 'no problem';
}

const queue = (cell: object) => ({ validate: { queue: cell } });
const validated = (body: unknown) => queue({ path: '/queues/{id}/validate', body });

describe('what passes', () => {
  test.each(Object.keys(DIALECTS))('the built-in %s by its name, and as an object', (name) => {
    const dialect = DIALECTS[name as keyof typeof DIALECTS];
    expect(read(name)).toBe(dialect);
    expect(read({ ...dialect })).toEqual(dialect);
  });

  test('gateway, where nothing is said', () => {
    expect(read(undefined)).toBe(DIALECTS.gateway);
  });

  test.each<[string, object]>([
    ['no operation at all', { validate: {}, complete: {}, deny: undefined, authorizeExternal: undefined }],
    ['a cell taken out', { validate: { ...good.validate, draw: undefined } }],
    ['a generic path', queue({ path: '/admission/validate' })],
    [
      'a body that hashes the token',
      validated(({ consumerId, token }: Record<string, string>) => ({
        consumerId,
        t: `${token!.length}${token![0]!}`,
      })),
    ],
    [
      'ids left to a reading of one’s own',
      queue({ path: '/validate', body: ({ token }: { token: string }) => ({ token }), read: () => true }),
    ],
    ['an appointment', { validate: { appointment: { path: '/appointments/{id}/check' } } }],
    ['plain http on loopback', { baseUrl: 'http://127.0.0.1:4802/api' }],
  ])('%s', (_name, change) => {
    expect(messageOf(change)).toBe('no problem');
  });
});

describe('what throws, and says where', () => {
  test.each<[object, RegExp]>([
    [{ nam: 'x' }, /"api\.dialect" knows no option "nam"\. Did you mean "name"\?/],
    [{ authenticat: 1 }, /Did you mean "authenticate"\?/],
    [{ name: '' }, /"api\.dialect\.name" must be a short name .* got an empty text/],
    [{ name: 'has space' }, /"api\.dialect\.name"/],
    [{ baseUrl: 7 }, /"api\.dialect\.baseUrl" must be an address, got 7/],
    [{ baseUrl: 'http://api.example' }, /"api\.dialect\.baseUrl" must be an absolute https address/],
    [{ baseUrl: 'https://user:do_not_show@api.example' }, /"api\.dialect\.baseUrl".*user name or password/],
    [{ authenticate: undefined }, /"api\.dialect\.authenticate" must be a function, got undefined/],
    [{ proofField: '' }, /"api\.dialect\.proofField" must be/],
    [{ proofField: 'consumerId' }, /"api\.dialect\.proofField" must be/],
    [{ metadata: {} }, /"api\.dialect\.metadata" must be a function, got object/],
    [{ validate: undefined }, /"api\.dialect\.validate" takes an object/],
    [{ validate: { lottery: { path: '/x' } } }, /"api\.dialect\.validate" knows no option "lottery"/],
    [{ validate: { que: { path: '/x' } } }, /Did you mean "queue"\?/],
    [{ validate: { queue: '/queues/{id}/validate' } }, /"api\.dialect\.validate\.queue" takes an object/],
    [{ complete: { draw: { pathh: '/x' } } }, /"api\.dialect\.complete\.draw" knows no option "pathh"/],
    [
      { deny: { draw: { path: '/x', read: () => true } } },
      /"api\.dialect\.deny\.draw" knows no option "read"/,
    ],
    [queue({ path: '/q/{id}', body: {} }), /"api\.dialect\.validate\.queue\.body" must be a function/],
    [queue({ path: '/q/{id}', read: true }), /"api\.dialect\.validate\.queue\.read" must be a function/],
    [{ authorizeExternal: '/auth' }, /"api\.dialect\.authorizeExternal" takes an object/],
    [{ authorizeExternal: { path: '/auth/{id}' } }, /"api\.dialect\.authorizeExternal\.path" must be/],
  ])('%j', (change, message) => {
    expect(messageOf(change)).toMatch(message);
    expect(messageOf(change)).not.toContain('do_not_show');
  });

  test.each<unknown>([
    ...[undefined, '', 'queues/{id}', '//evil.example/{id}', '/../{id}', '/a/../{id}', '/{id}/{id}'],
    ...['/{consumer}', '/{id}?x=1', '/{id}#x', '/a\\b/{id}', '/a b/{id}', 'https://evil.example/{id}'],
    ...['/\u{1F600}/{id}', ['/{id}'], 7],
  ])('the path %j', (path) => {
    for (const operation of ['validate', 'complete', 'deny']) {
      const message = messageOf({ [operation]: { queue: { path } } });
      expect(message).toMatch(`"api.dialect.${operation}.queue.path" must be a path that starts with "/"`);
    }
  });

  test.each<[string, object, string]>([
    ['no token', validated(({ consumerId }: { consumerId: string }) => ({ consumerId })), 'token'],
    [
      'a token that is always the same',
      validated(({ consumerId }: { consumerId: string }) => ({ consumerId, token: 'x' })),
      'token',
    ],
    ['nothing', validated(() => undefined), 'token'],
    ['no consumer', validated(({ token }: { token: string }) => ({ token })), 'consumerId'],
    [
      'no distribution',
      queue({
        path: '/validate',
        body: ({ token, consumerId }: Record<string, string>) => ({ token, consumerId }),
      }),
      'distributionId',
    ],
    ['no token, but a reading', queue({ path: '/{id}', body: () => ({}), read: () => true }), 'token'],
  ])('a validation that sends %s', (_name, change, field) => {
    expect(messageOf(change)).toMatch(
      `"api.dialect.validate.queue" does not send the ${field}, so its answer proves nothing`,
    );
  });

  test('a body that fails', () => {
    const body = (): never => {
      throw new Error('boom');
    };
    expect(messageOf(validated(body))).toMatch(/"api\.dialect\.validate\.queue\.body" failed/);
  });

  test.each([null, 7, true, [], 'gatewayy', () => DIALECTS.gateway, new Map()])(
    '%p in its place',
    (dialect) => {
      expect(() => read(dialect)).toThrow(TypeError);
      expect(() => read(dialect)).toThrow('dialect');
    },
  );
});

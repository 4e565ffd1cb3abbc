import fc from 'fast-check';
import { parseBaseUrl, pathBelow, pathsBelow } from '../../lib/fanfare-api/base-url.js';

describe('parseBaseUrl', () => {
  it.each([
    'https://api.fanfare.io',
    'https://api.fanfare.io/',
    'https://consumer.fanfare.io/api/v1',
    'http://localhost:4802',
    'http://127.0.0.1:80',
    'http://127.8.9.10:4802/api',
    'http://127.1:4802',
    'http://[::1]:4802',
  ])('takes %s', (text) => {
    expect(parseBaseUrl(text).href).toBe(new URL(text).href);
  });

  it.each([
    ['', 'not an absolute address'],
    ['api.fanfare.io', 'not an absolute address'],
    ['/queues', 'not an absolute address'],
    ['http://api.fanfare.io', 'plain http'],
    ['http://127.0.0.1.evil.example', 'plain http'],
    ['http://localhost.evil.example', 'plain http'],
    ['http://10.0.0.1', 'plain http'],
    ['ftp://api.fanfare.io', '"ftp:"'],
    ['file:///etc/passwd', '"file:"'],
    ['https://user:sk_live_hidden@api.fanfare.io', 'user name or password'],
    ['https://sk_live_hidden@api.fanfare.io', 'user name or password'],
    ['https://api.fanfare.io/?api_key=sk_live_hidden', 'query'],
    ['https://api.fanfare.io/#sk_live_hidden', '"#"'],
  ])('throws for %j, naming the option and the flaw, never the text', (text, flaw) => {
    const attempt = (): unknown => parseBaseUrl(text);
    expect(attempt).toThrow(TypeError);
    expect(attempt).toThrow('"api.baseUrl"');
    expect(attempt).toThrow(flaw);
    expect(attempt).not.toThrow('hidden');
  });
});

describe('pathBelow', () => {
  it.each([
    ['https://api.fanfare.io', '/queues/{id}/validate', 'q_1', '/queues/q_1/validate'],
    ['https://api.fanfare.io/', '/queues/{id}/validate', 'q_1', '/queues/q_1/validate'],
    ['https://h.example/api/v1', '/queues/{id}/validate', 'q_1', '/api/v1/queues/q_1/validate'],
    ['https://h.example/api/v1/', '/v1/admission/validate', 'unused', '/api/v1/admission/validate'],
    ['https://h.example/v1', '/queues/{id}/validate', 'q_1', '/v1/queues/q_1/validate'],
    ['https://h.example/v1', '/v1x/{id}', 'q_1', '/v1/v1x/q_1'],
    ['https://h.example/api', '/v1/admission/validate', 'unused', '/api/v1/admission/validate'],
    ['https://h.example', '/queues/{id}/validate', 'a/b?c#d', '/queues/a%2Fb%3Fc%23d/validate'],
    ['https://h.example', '/queues/{id}/validate', '%2e%2e', '/queues/%252e%252e/validate'],
    ['https://h.example', '/queues/{id}/validate', "$&$'", "/queues/%24%26%24'/validate"],
  ])('%s + %s with %s is %s', (base, template, id, path) => {
    expect(pathBelow(new URL(base), template, id)).toBe(path);
  });

  it.each(['.', '..'])('throws for the id %j, which would climb', (id) => {
    expect(() => pathBelow(new URL('https://h.example/api'), '/queues/{id}/complete', id)).toThrow(
      RangeError,
    );
  });

  it('keeps any id inside its own segment, or throws', () => {
    const base = new URL('https://h.example/api');
    const ids = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string(),
      fc.constantFrom('..', '../..', '//', '\\..\\'),
    );
    fc.assert(
      fc.property(ids, (id) => {
        let path: string;
        try {
          path = pathBelow(base, '/queues/{id}/complete', id);
        } catch (error) {
          return error instanceof RangeError || error instanceof URIError;
        }
        return /^\/api\/queues\/[^/]*\/complete$/.test(path);
      }),
    );
  });
});

describe('pathsBelow', () => {
  const [validate, complete] = ['/queues/{id}/validate', '/queues/{id}/complete'];

  it('is pathBelow for every operation and every id, whichever came before', () => {
    const base = new URL('https://h.example/api');
    const pathOf = pathsBelow(base);
    for (const id of ['one', 'one', 'two', 'one', '', '']) {
      for (const template of [validate, complete, validate]) {
        expect(pathOf(template, id)).toBe(pathBelow(base, template, id));
      }
    }
  });

  it('throws for an id that would climb, however often it comes', () => {
    const pathOf = pathsBelow(new URL('https://h.example/api'));
    for (const id of ['good', '..', '..']) {
      const path = (): string => pathOf(validate, id);
      if (id === 'good') expect(path()).toBe('/api/queues/good/validate');
      else expect(path).toThrow(RangeError);
    }
  });
});

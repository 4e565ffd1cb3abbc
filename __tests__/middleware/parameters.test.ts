import fc from 'fast-check';
import { pairsWithout, parametersOf } from '../../lib/middleware/parameters.js';

const NAMES = ['token', 'admission_token', 'a b', '', '__proto__'] as const;
const ASKED = NAMES.filter((name) => name !== '');
const PIECES = ['&', '&', '=', '+', '%', '%2', '%e0%a4', '%C3%B6', '%26', '%3d', '%00', 'é', '\uFEFF'];
const spelled = (name: string): readonly string[] => [
  name,
  encodeURIComponent(name),
  name.replaceAll(' ', '+'),
  name.replaceAll(/./g, (character) => `%${character.charCodeAt(0).toString(16)}`),
];
const query = fc
  .array(fc.oneof(fc.constantFrom(...NAMES.flatMap(spelled), ...PIECES), fc.string()), { maxLength: 12 })
  .map((pieces) => Buffer.from(pieces.join('')).toString());

test('a parameter reads as `URLSearchParams` reads it', () => {
  fc.assert(
    fc.property(fc.constantFrom('', '?'), query, fc.constantFrom(...ASKED), (mark, rest, name) => {
      const text = mark + rest;
      const values = new URLSearchParams(text).getAll(name);
      const read = parametersOf(text)(name);
      expect(Array.isArray(read) ? read.length : read).toBe(values.length > 1 ? values.length : values[0]);
    }),
    { numRuns: 2_000 },
  );
});

test('what is left without some names has all others, as they were spelled', () => {
  fc.assert(
    fc.property(query, fc.constantFrom(...ASKED), (text, name) => {
      const kept = pairsWithout(text, new Set([name]));
      const others = [...new URLSearchParams(text)].filter(([other]) => other !== name);
      expect([...new URLSearchParams(`&${kept.join('&')}`)]).toEqual(others);
      expect(kept.every((pair) => text.includes(pair))).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

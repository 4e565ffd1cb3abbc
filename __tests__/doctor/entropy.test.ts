import { randomBytes } from 'node:crypto';
import { entropyOf } from '../../lib/doctor/entropy.js';

test.each([
  'a'.repeat(64),
  'ab'.repeat(32),
  'password'.repeat(8),
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab',
  '',
])('%j is easy to guess', (secret) => {
  expect(entropyOf(secret)).toBeLessThan(80);
});

test.each(['hex', 'base64', 'base64url'] as const)('32 random bytes in %s are not', (encoding) => {
  for (let round = 0; round < 200; round += 1)
    expect(entropyOf(randomBytes(32).toString(encoding))).toBeGreaterThan(120);
});

test('32 random letters are not either', () => {
  for (let round = 0; round < 200; round += 1)
    expect(entropyOf(randomBytes(16).toString('hex'))).toBeGreaterThan(80);
});

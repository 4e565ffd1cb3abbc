/** The one door to jose, an optional peer: looked for when a verifier is made, loaded when the first token is checked. */
import type * as Jose from 'jose';

/** Throws an error that says what to install when jose is not there. */
export function requireJose(resolve: (name: string) => unknown = require.resolve): void {
  try {
    resolve('jose');
  } catch (cause) {
    throw new Error(
      'offlineVerifier needs the package jose, which is not installed. Install it: npm install jose@6',
      { cause },
    );
  }
}

/** jose is an ES module, which `require` cannot load on every Node that we support. */
export function loadJose(): Promise<typeof Jose> {
  return import('jose');
}

/** Express is an optional peer that only the emulator needs: it is loaded when an emulator is made, not before. */
import type express from 'express';

/** Express 5 or 4; throws an error that says what to install when it is not there. */
export function loadExpress(load: (name: string) => unknown = loadPackage): typeof express {
  try {
    return load('express') as typeof express;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    throw new Error(
      'The emulator needs Express, which is not installed. Install it: npm install --save-dev express',
      { cause: error },
    );
  }
}

function loadPackage(name: string): unknown {
  // A static import would make everybody who imports the emulator's types install Express.
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  return require(name);
}

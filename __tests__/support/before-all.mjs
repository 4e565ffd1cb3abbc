// Before the tests, once: what they serve and run outside of Jest, made from the sources as they are now.
import { join } from 'node:path';
import { buildServed } from '../../scripts/build-browser.mjs';
import { compileLib } from './compile-lib.mjs';

const MADE = join(import.meta.dirname, '../../node_modules/.cache/express-fanfare');

export default async () => {
  await buildServed(MADE);
  await compileLib(join(MADE, 'lib'));
};

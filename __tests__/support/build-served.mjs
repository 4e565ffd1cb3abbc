// Before the tests: the script that `GET …/checkout.js` serves, made from the sources as they are now.
import { join } from 'node:path';
import { buildServed } from '../../scripts/build-browser.mjs';

const SERVED = join(import.meta.dirname, '../../node_modules/.cache/express-fanfare');

export default () => buildServed(SERVED);

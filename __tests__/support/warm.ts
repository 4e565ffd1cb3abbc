/** Loads what the library's first call would load: on a slow machine that takes most of the two seconds that a call has. */
import { createTransport } from '../../lib/fanfare-api/transport.js';

createTransport('https://nobody.invalid').warm();

/** See `fuzz.test.ts`. */
import { fuzzInProcess } from './fuzz-in-process.js';

fuzzInProcess('Express 5');

/** See `fuzz.test.ts`. */
import { fuzzInProcess } from './fuzz-in-process.js';

fuzzInProcess('node:http');

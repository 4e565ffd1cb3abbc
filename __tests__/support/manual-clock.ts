/** The clock that stands still until it is moved, as merchants get it too. */
export { ManualClock } from '../../lib/testing/manual-clock.js';

// Preloaded: a process in which more time has passed than a claim's lease lasts.
const { now } = Date;
Date.now = () => now() + 150_000;

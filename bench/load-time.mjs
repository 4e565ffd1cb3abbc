// How long `require` takes, against jsonwebtoken and lru-cache alone: fresh processes, median of 15.
import { execFileSync } from 'node:child_process';

const took = (...names) => {
  const load = names.map((name) => `require(${JSON.stringify(name)});`).join('');
  const code = `const start = performance.now();${load}process.stdout.write(String(performance.now() - start))`;
  const times = Array.from({ length: 15 }, () =>
    Number(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' })),
  );
  return times.sort((a, b) => a - b)[7];
};
const own = took('express-fanfare');
const theirs = took('jsonwebtoken', 'lru-cache');
console.log(`require('express-fanfare'): ${(own / theirs).toFixed(2)} × jsonwebtoken and lru-cache`);

// How long `require` takes, against jsonwebtoken and lru-cache alone: fresh processes, taken in turn, median of 15.
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';

const ROUNDS = 15;
const sides = {
  'express-fanfare': ['express-fanfare'],
  'jsonwebtoken and lru-cache': ['jsonwebtoken', 'lru-cache'],
};

function load(names) {
  const loads = names.map((name) => `require(${JSON.stringify(name)});`).join('');
  const code = `const start = performance.now();${loads}process.stdout.write(String(performance.now() - start))`;
  return Number(execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' }));
}

const times = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
for (let round = 0; round < ROUNDS; round += 1) {
  for (const [side, names] of Object.entries(sides)) times[side].push(load(names));
}
const [own, theirs] = Object.values(times).map(
  (taken) => taken.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)],
);
console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0].model}`);
console.log(
  `require('express-fanfare'): ${(own / theirs).toFixed(2)} × jsonwebtoken and lru-cache` +
    ` (${own.toFixed(1)} ms to ${theirs.toFixed(1)} ms)`,
);

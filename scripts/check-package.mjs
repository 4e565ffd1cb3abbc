// Installs the packed tarball as a stranger would, and uses it in every way that the README promises.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { manifest, root } from './entries.mjs';
import { pack, weigh } from './package-contents.mjs';
import { checkTypes, TYPES } from './package-types.mjs';
import { Stranger } from './stranger.mjs';

/** Besides the one that runs this. */
const OTHER_NODES = [22, 24, 26];

/** As this repository has them. */
function wanted(...names) {
  return names.map((name) => `${name}@${manifest.devDependencies[name]}`);
}

/** The README's command. */
async function runEmulator({ folder }) {
  const child = spawn('npx', ['--no-install', 'express-fanfare', 'emulator', '--port', '0'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  });
  const closed = once(child, 'close');
  let said = '';
  child.stdout.on('data', (chunk) => (said += chunk));
  while (!said.includes('Ctrl+C') && child.exitCode === null) {
    await Promise.race([once(child.stdout, 'data'), closed]);
  }
  const [, url] = /FANFARE_API_URL=(\S+)/.exec(said) ?? [];
  if (!url || !(await fetch(`${url}/experiences`)).ok) throw new Error(`the emulator said: ${said}`);
  // npx stands between us and the emulator, so the whole group is told to stop.
  process.kill(-child.pid, 'SIGTERM');
  await closed;
  if (!said.includes('has stopped')) throw new Error('the emulator did not stop when told to');
  console.log('npx express-fanfare emulator works');
}

/** Shown as it runs: what a checker has to complain of stands in its output. */
function lint(...args) {
  execFileSync('npx', ['--no-install', ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

const stranger = new Stranger();
try {
  const tarball = pack(stranger.folder);
  stranger.install(tarball);
  weigh(stranger.folder);
  const alone = ['first-use-commonjs.cjs', 'first-use-esm.mjs', 'manners.cjs'];
  for (const line of [undefined, ...OTHER_NODES]) for (const file of alone) stranger.node(file, line);

  stranger.install(...TYPES);
  checkTypes(stranger, 'plain');

  stranger.install(...wanted('express', 'express4', 'connect', 'jose', 'jest', '@types/express'));
  checkTypes(stranger, 'express');
  stranger.node('with-jose.cjs');
  for (const line of [undefined, ...OTHER_NODES]) stranger.node('journey.cjs', line);
  // Jest's own five seconds are few for a slow machine.
  stranger.run('npx', '--no-install', 'jest', '--ci', '--testTimeout=60000');
  console.log("a merchant's Jest suite works");
  await runEmulator(stranger);

  lint('publint', '--strict', tarball);
  lint('attw', tarball, '--format', 'ascii');
} finally {
  stranger.remove();
}

// Installs the packed tarball as a stranger would, and uses it: from CommonJS, from ESM, and by its command.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { devDependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'express-fanfare-package-'));
const run = (cwd, command, ...args) => execFileSync(command, args, { cwd, encoding: 'utf8' });
// Shown as it runs: what a checker has to complain of stands in its output.
const check = (...args) =>
  execFileSync('npx', ['--no-install', ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });

const USE = `
const fanfare = createFanfare({
  organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger(),
  session: { secrets: ['a secret of at least thirty-two bytes'] },
});
if (typeof sqliteLedger !== 'function' || typeof postgresLedger !== 'function' || typeof redisLedger !== 'function' || typeof ledgerContract !== 'function' || typeof testFanfare !== 'function' || typeof sqliteReservations !== 'function' || typeof postgresReservations !== 'function') throw new Error('a subpath is empty');
const guard = fanfare.requireAdmission();
const server = createServer((req, res) => guard(req, res, () => res.end('in')));
server.listen(0, '127.0.0.1', async () => {
  const answer = await fetch('http://127.0.0.1:' + server.address().port);
  const { code } = await answer.json();
  if (answer.status !== 403 || code !== 'ADMISSION_REQUIRED') throw new Error('not refused: ' + code);
  if (!(new FanfareError('CLAIM_LOST') instanceof Error)) throw new Error('no error class');
  server.close();
  await fanfare.close();
});
try { offlineVerifier({ keys: [] }); throw new Error('made without jose'); }
catch (error) { if (!/jose@6/.test(error.message) || /made without/.test(error.message)) throw error; }
try { createEmulator(); throw new Error('made without express'); }
catch (error) { if (!/express/.test(error.message) || /made without/.test(error.message)) throw error; }
`;
// Both module systems load jose, which is an ES module, the moment a token is checked.
const USE_JOSE = `
const [header, payload] = [{ alg: 'EdDSA' }, { consumerId: 'c' }]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
const by = (key) => header + '.' + payload + '.' + sign(null, Buffer.from(header + '.' + payload), key).toString('base64url');
const [pair, other] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const verifier = offlineVerifier({ keys: pair.publicKey.export({ format: 'jwk' }) });
const at = { now: Date.now(), emit: console.log };
Promise.all([pair, other].map(({ privateKey }) => verifier.verify(by(privateKey), at))).then((verdicts) => {
  if (verdicts.join() !== 'signed,forged') throw new Error('verdicts: ' + verdicts);
});
`;
const NAMES = {
  'node:http': 'createServer',
  'express-fanfare': 'createFanfare, FanfareError, memoryLedger',
  'express-fanfare/sqlite': 'sqliteLedger',
  'express-fanfare/postgres': 'postgresLedger',
  'express-fanfare/redis': 'redisLedger',
  'express-fanfare/jwks': 'offlineVerifier',
  'express-fanfare/reservations': 'sqliteReservations, postgresReservations',
  'express-fanfare/testing': 'ledgerContract, testFanfare',
  'express-fanfare/emulator': 'createEmulator',
};

/** The README's command, once Express is there. */
async function runEmulator() {
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', `express@${devDependencies.express}`);
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
}

try {
  const [packed] = JSON.parse(run(root, 'npm', 'pack', '--json', '--pack-destination', folder));
  const paths = packed.files.map(({ path }) => path);
  const strangers = paths.filter((path) => !/^(dist\/|[A-Z]+(\.md)?$|package\.json$)/.test(path));
  if (strangers.length > 0) throw new Error(`the package holds ${strangers.join(', ')}`);
  if (!paths.includes('dist/index.js')) throw new Error('the package holds no dist');
  console.log(`packed ${packed.files.length} files, ${packed.unpackedSize} bytes`);
  const tarball = join(folder, packed.filename);
  writeFileSync(join(folder, 'package.json'), '{ "name": "stranger", "private": true }');
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', tarball);
  const tryOut = (name, names, use) => {
    const required = Object.entries(names).map(([from, what]) => `const { ${what} } = require('${from}');`);
    writeFileSync(join(folder, `${name}.cjs`), required.join('\n') + use);
    const imported = Object.entries(names).map(([from, what]) => `import { ${what} } from '${from}';`);
    writeFileSync(join(folder, `${name}.mjs`), imported.join('\n') + use);
    for (const file of [`${name}.cjs`, `${name}.mjs`]) {
      run(folder, process.execPath, file);
      console.log(`${file} works`);
    }
  };
  tryOut('use', NAMES, USE);
  await runEmulator();
  console.log('npx express-fanfare emulator works');
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', 'jose@6');
  tryOut(
    'use-jose',
    { 'node:crypto': 'generateKeyPairSync, sign', 'express-fanfare/jwks': 'offlineVerifier' },
    USE_JOSE,
  );
  check('publint', '--strict', tarball);
  check('attw', tarball, '--profile', 'node16', '--format', 'ascii');
} finally {
  rmSync(folder, { recursive: true, force: true });
}

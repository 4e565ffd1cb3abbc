/** What loading the package brings with it, seen in a process of its own: no more than the first page load needs. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { CHILD_ENVIRONMENT, placeLib } from './support/compiled-lib.js';
import { removeFolder, temporaryFolder } from './support/temporary-folder.js';

const CHILD = `
const loaded = () => [...Object.keys(require.cache), ...process.moduleLoadList];
const { createFanfare, memoryLedger } = require('./lib');
const atImport = loaded();
const fanfare = createFanfare({
  organizationId: 'org_1', secretKey: 'sk_test_1', ledger: memoryLedger(),
  session: { secrets: ['a secret of at least thirty-two bytes'] },
});
fanfare.claimAdmission();
fanfare.ready().then(() => fanfare.close()).then(() => {
  const { Agent, getGlobalDispatcher } = require('undici');
  const fetchIsNodes = !(getGlobalDispatcher() instanceof Agent);
  process.stdout.write(JSON.stringify({ atImport, whenReady: loaded(), fetchIsNodes }));
});
`;

let folder: string;
let seen: Record<'atImport' | 'whenReady', readonly string[]> & { readonly fetchIsNodes: boolean };

beforeAll(() => {
  folder = temporaryFolder();
  placeLib(join(folder, 'lib'));
  const child = { cwd: folder, env: CHILD_ENVIRONMENT, encoding: 'utf8' } as const;
  seen = JSON.parse(execFileSync(process.execPath, ['-e', CHILD], child)) as typeof seen;
});

afterAll(() => {
  removeFolder(folder);
});

/** A package, a module of Node such as `node:http`, or a file of ours such as `ledger/memory`. */
function holds(when: 'atImport' | 'whenReady', name: string): boolean {
  const builtIn = name.replace('node:', 'NativeModule ');
  return seen[when].some(
    (one) => one === builtIn || one.includes(`/node_modules/${name}/`) || one.endsWith(`/lib/${name}.js`),
  );
}

test.each(['jsonwebtoken', 'lru-cache', 'node:crypto', 'middleware/page-guard'])(
  'loads %s at import',
  (name) => {
    expect(holds('atImport', name)).toBe(true);
  },
);

test.each([
  'undici',
  'node:http',
  'node:zlib',
  'node:dns',
  'fanfare-api/answers',
  'fanfare-api/transport',
  'validation/validator',
  'middleware/admit',
  'middleware/refuse',
  'middleware/claim-guard',
  'middleware/orders',
  'completion/complete',
  'completion/led',
  'ledger/memory',
])('loads %s on first need, not at import', (name) => {
  expect(holds('atImport', name)).toBe(false);
  expect(holds('whenReady', name)).toBe(true);
});

test.each([
  'negotiator',
  'jose',
  'logging/redact',
  'express',
  'better-sqlite3',
  'node:sqlite',
  'middleware/pages',
  'middleware/routes',
  'middleware/without-rejections',
  'fanfare-api/own-dialect',
  'validation/offline-verifier',
  'completion/unverified',
  'completion/operate',
  'completion/cancellations',
])('loads no %s until a request or an engine needs it', (name) => {
  expect(holds('whenReady', name)).toBe(false);
});

test("leaves the shop's own fetch to Node", () => {
  expect(seen.fetchIsNodes).toBe(true);
});

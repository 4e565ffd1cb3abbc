// The house rules: who may import whom, what the pure rooms may touch, and how large things may grow.
import tseslint from 'typescript-eslint';

/** Each room and the rooms it may import. Arrows point inward only. */
const rooms = {
  admission: [],
  tokens: ['admission'],
  'fanfare-api': ['admission'],
  validation: ['admission', 'fanfare-api'],
  ledger: ['admission'],
  completion: ['admission', 'ledger', 'fanfare-api'],
  middleware: ['admission', 'tokens', 'fanfare-api', 'validation', 'ledger', 'completion'],
  doctor: ['admission', 'fanfare-api', 'ledger', 'completion', 'middleware'],
  operator: ['admission', 'tokens', 'validation', 'ledger', 'completion', 'middleware'],
  browser: [],
  emulator: [],
  testing: ['admission', 'ledger', 'emulator'],
  jwks: ['admission', 'fanfare-api', 'validation'],
  reservations: ['admission', 'ledger', 'completion'],
  // Of these it sees what the port in observer.ts is made of.
  opentelemetry: ['admission', 'completion', 'fanfare-api'],
  logging: ['admission', 'middleware'],
  webhooks: ['admission', 'tokens', 'ledger', 'completion', 'middleware'],
  cli: ['admission', 'emulator', 'completion', 'ledger', 'fanfare-api', 'doctor'],
};

/** The one room that may import a third-party package. */
const doors = {
  jsonwebtoken: 'tokens',
  undici: 'fanfare-api',
  'lru-cache': 'validation',
  negotiator: 'middleware',
  express: 'emulator',
  'better-sqlite3': 'ledger',
  'node:sqlite': 'ledger',
  pg: 'ledger',
  ioredis: 'ledger',
  redis: 'ledger',
  jose: 'jwks',
  '@opentelemetry/api': 'opentelemetry',
};

function importRules(room) {
  const closedRooms = Object.keys(rooms).filter((other) => other !== room && !rooms[room]?.includes(other));
  const closedPackages = Object.keys(doors).filter((name) => doors[name] !== room);
  return {
    patterns: [
      {
        group: closedRooms.map((other) => `**/${other}/*`),
        message: `lib/${room} may not import this room (see the table in eslint.config.mjs).`,
      },
      {
        group: [
          '**/create-fanfare.js',
          '**/options.js',
          '**/fanfare-options.js',
          '**/fanfare.js',
          '**/index.js',
        ],
        message: 'Nobody imports the composition.',
      },
    ],
    paths: closedPackages.map((name) => ({ name, message: `Only lib/${doors[name]} may import "${name}".` })),
  };
}

const time = [
  { name: 'Date', message: 'Time is handed in: take a Clock, or `now` as a number.' },
  { name: 'setTimeout', message: 'Time is handed in: take a Clock.' },
  { name: 'setInterval', message: 'Time is handed in: take a Clock.' },
  { name: 'fetch', message: 'Fanfare is reached through lib/fanfare-api only.' },
];
const dateParsing = 'CallExpression[callee.object.name="Date"][callee.property.name!="parse"]';

export default tseslint.config(
  {
    // The strangers' TypeScript is checked where it is used: against the packed package.
    ignores: [
      ...['dist/', 'coverage/', 'reports/', 'docs/api/', '.stryker-tmp/', 'node_modules/'],
      ...['eslint.config.mjs', 'scripts/strangers/types/'],
    ],
  },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      complexity: ['error', 8],
      'max-lines': ['error', { max: 150, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 40, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    // Plain JavaScript has no types to check against.
    files: ['**/*.js', '**/*.cjs', '**/*.mjs'],
    ...tseslint.configs.disableTypeChecked,
    rules: { ...tseslint.configs.disableTypeChecked.rules, '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    // Templates and a script that walks from top to bottom: length is not what makes them hard to read.
    files: ['examples/**/*.js'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
    },
  },
  ...Object.keys(rooms).map((room) => ({
    files: [`lib/${room}/**/*.ts`],
    rules: { 'no-restricted-imports': ['error', importRules(room)] },
  })),
  {
    files: ['lib/**/*.ts'],
    ignores: [
      'lib/clock.ts',
      'lib/browser/**',
      'lib/emulator/**',
      'lib/cli/**',
      'lib/testing/**',
      'lib/admission/expiry.ts',
    ],
    rules: { 'no-restricted-globals': ['error', ...time] },
  },
  {
    files: ['lib/browser/**/*.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        { name: 'Date', message: 'The device’s clock may be wrong: ask the server.' },
      ],
    },
  },
  {
    files: ['lib/admission/**/*.ts'],
    rules: {
      'no-restricted-globals': ['error', ...time.slice(1), 'process'],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'MemberExpression[object.name="Math"][property.name="random"]',
          message: 'No randomness in the domain.',
        },
        { selector: dateParsing, message: 'Time is handed in: `now` is a number.' },
        { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time is handed in.' },
      ],
    },
  },
  {
    files: ['__tests__/**/*.ts', 'lib/testing/**/*.ts'],
    rules: {
      // A describe block is a table of cases: its length says nothing about its complexity.
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // A switch over every error code is a table, too.
      complexity: 'off',
    },
  },
);

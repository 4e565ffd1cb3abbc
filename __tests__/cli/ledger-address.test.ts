import { hidingPasswords, readAddress, shown } from '../../lib/cli/ledger-address.js';
import { run } from '../../lib/cli/run.js';
import { terminal } from './terminal.js';

it.each([
  ['fanfare.sqlite', { engine: 'sqlite', file: 'fanfare.sqlite' }],
  ['sqlite:/var/lib/fanfare.sqlite', { engine: 'sqlite', file: '/var/lib/fanfare.sqlite' }],
  ['C:\\shop\\fanfare.sqlite', { engine: 'sqlite', file: 'C:\\shop\\fanfare.sqlite' }],
  ['postgres://db/shop', { engine: 'postgres', url: 'postgres://db/shop', options: {} }],
  ['POSTGRESQL://db/shop', { engine: 'postgres', url: 'POSTGRESQL://db/shop', options: {} }],
  ['redis://cache:6379/1', { engine: 'redis', url: 'redis://cache:6379/1', options: {} }],
  ['rediss://cache', { engine: 'redis', url: 'rediss://cache', options: {} }],
])('reads %p', (ledger, address) => {
  expect(readAddress({ ledger }, {})).toEqual(address);
});

it('reads the schema and the prefix', () => {
  expect(readAddress({ ledger: 'postgres://db/shop', schema: 'drops' }, {})).toMatchObject({
    options: { schema: 'drops' },
  });
  expect(readAddress({ ledger: 'redis://cache', prefix: 'drops' }, {})).toMatchObject({
    options: { prefix: 'drops' },
  });
});

it('takes the first that is there, and names it when it is wrong', () => {
  const names = ['FANFARE_LEDGER', 'DATABASE_URL'];
  const environment = { FANFARE_LEDGER: '', DATABASE_URL: 'postgres://db/shop' };
  expect(readAddress({}, environment, names)).toMatchObject({ url: 'postgres://db/shop' });
  expect(readAddress({ ledger: 'other' }, environment, names)).toMatchObject({ file: 'other' });
  expect(() => readAddress({}, environment)).toThrow('set FANFARE_LEDGER.');
  expect(() => readAddress({}, {}, names)).toThrow('set FANFARE_LEDGER or DATABASE_URL.');
  expect(() => readAddress({}, { DATABASE_URL: 'mysql://u:p@db/shop' }, names)).toThrow(
    'DATABASE_URL starts with "mysql://": there is no such ledger.',
  );
});

it.each([
  ['postgres://shop:secret@db/shop', 'postgres://shop:***@db/shop'],
  ['postgres://shop:s@e:c/r#et@db/shop?ssl=1', 'postgres://shop:***@db/shop?ssl=1'],
  ['redis://:secret@cache', 'redis://:***@cache'],
  ['postgres://db/shop?user=shop&password=secret&ssl=1', 'postgres://db/shop?user=shop&password=***&ssl=1'],
  ['postgres://db:5432/shop', 'postgres://db:5432/shop'],
  ['fanfare.sqlite', 'fanfare.sqlite'],
])('%p is shown as %p', (ledger, text) => {
  expect(shown(readAddress({ ledger }, {}))).toBe(text);
});

it('hides the password wherever an address is repeated', () => {
  const hide = hidingPasswords(['list', undefined, '--ledger=postgres://u:se cr$&et@db', 'redis://:other@c']);
  const told = hide('no postgres://u:se cr$&et@db here, nor redis://:other@c; postgres://u:se cr$&et@db');
  expect(told).toBe('no postgres://u:***@db here, nor redis://:***@c; postgres://u:***@db');
});

it.each([
  [['postgres://u:secret@db/shop'], {}],
  [['migrate', 'postgres://u:secret@db/shop'], {}],
  [['completions', 'postgres://u:secret@db/shop'], {}],
  [['completions', 'list', '--ledger', 'mysql://u:secret@db/shop'], {}],
  [['completions', 'list', '--limit', 'postgres://u:secret@db/shop'], {}],
  [['completions', 'list'], { FANFARE_LEDGER: 'sqlite:x://u:secret@db/shop' }],
])('no password is in what %j prints', async (args, environment) => {
  const user = terminal({ environment });
  expect(await run(args, user)).toBe(2);
  expect(user.written.err).not.toBe('');
  expect(user.written.err + user.written.out).not.toContain('secret');
});

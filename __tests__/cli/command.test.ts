import { command } from '../../lib/cli/command.js';
import { FanfareError } from '../../lib/errors.js';
import { terminal } from './terminal.js';

const refused = ['::1', '127.0.0.1'].map((host) => new Error(`connect ECONNREFUSED ${host}:5432`));

it.each([
  ['a plain error', new Error('It broke.'), 1, 'It broke.\n'],
  ['its cause', new Error('It broke.', { cause: new Error('rust') }), 1, 'It broke.\n  rust\n'],
  [
    'a name with several addresses',
    new Error('No.', { cause: new AggregateError(refused, '') }),
    1,
    'No.\n  connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432\n',
  ],
  ['no error at all', 'just a text', 1, 'just a text\n'],
  ['what it was given', new FanfareError('INVALID_ADMISSION_DATA', { message: 'No id.' }), 2, 'No id.\n'],
  ['the ledger', new FanfareError('LEDGER_UNAVAILABLE', { message: 'Away.' }), 1, 'Away.\n'],
])('a command that fails over %s says so', async (_what, error: unknown, code, text) => {
  const user = terminal();
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- others do
  const failing = command({ help: 'help', read: () => 'go', act: () => Promise.reject(error) });
  expect(await failing([], user)).toBe(code);
  expect(user.written.err).toBe(text);
});

import { closeStages, openStage } from '../support/servers.js';

afterEach(closeStages);

test('a fault on a bare server without "next" is answered and said aloud, not left hanging', async () => {
  const stage = await openStage();
  const guard = stage.fanfare.requireAdmission({
    match: () => {
      throw new Error('a private detail');
    },
  });
  const browser = await stage.serve('node:http', [
    {
      path: '/checkout',
      use: [
        (req, res) => {
          guard(req, res);
        },
      ],
    },
  ]);
  const warn = jest.spyOn(process, 'emitWarning').mockReturnValue();
  const answer = await browser.fetch('/checkout', { headers: { 'X-Fanfare-Admission': stage.token() } });
  expect([answer.status, answer.headers['cache-control']]).toEqual([500, 'no-store']);
  expect(answer.json()).toEqual({ error: 'Internal Server Error' });
  expect(warn).toHaveBeenCalledWith(
    expect.objectContaining({ message: 'a private detail' }),
    'FanfareWarning',
  );
  warn.mockRestore();
});

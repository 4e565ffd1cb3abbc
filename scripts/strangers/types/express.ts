/** The same with Express's own types. */
import express, { type Request } from 'express';
import { createEmulator } from 'express-fanfare/emulator';
import { fanfare } from './plain.js';

const app = express();
app.use(fanfare.attachAdmission(), fanfare.routes());
app.get(
  '/checkout',
  fanfare.requireAdmission({ match: ({ consumerId }) => consumerId !== '' }),
  (req, res) => {
    res.json({ until: until(req) });
  },
);
app.post('/checkout', fanfare.claimAdmission(), async (req, res) => {
  await fanfare.completeAdmission(req, { orderId: '1' });
  res.redirect('/thanks');
});
app.use('/fanfare-emulator', createEmulator().app);

function until(req: Request): number | undefined {
  return req.admission?.expiresAt;
}

// The emulator in a process of its own; mints tokens on demand. Beside it, a stand-in for CrowdHandler's API that lets everybody in.
import { createServer } from 'node:http';
import { createEmulator } from '../dist/emulator/index.js';

const emulator = createEmulator();
const { url } = await emulator.listen();
const letIn = JSON.stringify({ result: { promoted: 1, token: 'tok_1', hash: 'x', requested: 0, status: 1 } });
const crowdHandler = createServer((req, res) => {
  req.resume();
  res.setHeader('Content-Type', 'application/json');
  res.end(letIn);
}).listen(0, '127.0.0.1', () => {
  const crowdHandlerUrl = `http://127.0.0.1:${crowdHandler.address().port}`;
  process.send({ url, organizationId: emulator.organizationId, crowdHandlerUrl });
});
process.on('message', ({ mint }) => {
  const of = { distributionId: 'queue_1', distributionType: 'queue' };
  process.send(Array.from({ length: mint }, () => emulator.mint(of)));
});
process.on('disconnect', () => process.exit());

// Takes whatever is sent, in a process of its own, and says on demand what the last request looked like.
import { createServer } from 'node:http';
import { withoutClientsOwn } from './wire.mjs';

let last;
const server = createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const headers = withoutClientsOwn(req.headers);
    last = { method: req.method, path: req.url, headers, body: Buffer.concat(chunks).toString() };
    res.setHeader('Content-Type', 'application/json');
    res.end('{"success":true,"valid":true}');
  });
}).listen(0, '127.0.0.1', () => process.send({ url: `http://127.0.0.1:${server.address().port}` }));
process.on('message', () => process.send(last));
process.on('disconnect', () => process.exit());

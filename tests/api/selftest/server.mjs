// What the runner needs of dapur, in a few lines: `serve` and `keys` of the suite that tests the
// runner itself. It answers with what it was sent.
import { createServer } from 'node:http';

const KEYS = { anon: 'anon-key', service_role: 'service-key', publishable: 'p', secret: 's', jwt_secret: 'selftest' };

const ANSWERS = {
  '/number': (res) => json(res, '{"id": 7, "price": 1.50, "at": "2026-01-02T03:04:05.12+00:00"}'),
  '/list': (res) => json(res, '[{"a":1,"b":2},{"a":3,"b":4}]'),
  '/csv': (res) => res.writeHead(200, { 'Content-Type': 'text/csv' }).end('a,b\n1,2'),
  '/empty': (res) => res.writeHead(204).end(),
};

function json(res, text, status = 200) {
  res.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'X-Kind': 'fake' }).end(text);
}

function echo(req, res, body) {
  const claims = /^Bearer [^.]+\.([^.]+)\./.exec(req.headers.authorization ?? '')?.[1];
  json(res, JSON.stringify({
    method: req.method,
    target: req.url,
    apikey: req.headers.apikey ?? null,
    sub: claims ? JSON.parse(Buffer.from(claims, 'base64url')).sub : null,
    body,
  }));
}

if (process.argv[2] === 'keys') console.log(JSON.stringify(KEYS));
else {
  const server = createServer((req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      const answer = ANSWERS[req.url];
      if (answer) answer(res);
      else echo(req, res, Buffer.concat(parts).toString());
    });
  });
  server.listen(0, '127.0.0.1', () => console.log(`ready http://127.0.0.1:${server.address().port}`));
  process.on('SIGTERM', () => process.exit(0));
}

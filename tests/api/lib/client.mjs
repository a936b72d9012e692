// Sends one request and answers {status, headers: [[name, value]...], body}. Nothing is followed,
// decoded or retried; what the case writes is what goes out.
import http from 'node:http';
import net from 'node:net';

const WAIT_MS = 20_000;

export function send(base, { method, target, headers, body }) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(base);
    const flat = headers.flatMap(([name, value]) => [name, value]);
    const request = http.request({ hostname, port, method, path: target, headers: ['Host', `${hostname}:${port}`, ...flat], setHost: false, agent: false, timeout: WAIT_MS });
    request.on('timeout', () => request.destroy(new Error(`no answer within ${WAIT_MS / 1000} s`)));
    request.on('error', reject);
    request.on('response', (response) => {
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => resolve({
        status: response.statusCode,
        headers: pairs(response.rawHeaders),
        body: Buffer.concat(parts).toString('utf8'),
      }));
    });
    request.end(body === '' ? undefined : body);
  });
}

function pairs(flat) {
  const list = [];
  for (let i = 0; i < flat.length; i += 2) list.push([flat[i], flat[i + 1]]);
  return list;
}

// For what no client would send: lines end in CRLF, \xNN \r \n \t \\ are decoded, the bytes go out
// as they are, and all that comes back until the server closes (or stays quiet) is the answer.
export function sendRaw(base, text) {
  const { hostname, port } = new URL(base);
  const bytes = decodeRaw(text.split('\n').join('\r\n') + (text.includes('\n\n') ? '' : '\r\n\r\n'));
  return new Promise((resolve, reject) => {
    const parts = [];
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.setTimeout(2000, () => socket.destroy());
    socket.on('data', (part) => parts.push(part));
    socket.on('error', (error) => (parts.length ? null : reject(error)));
    socket.on('close', () => {
      try {
        resolve(readAnswer(Buffer.concat(parts).toString('latin1')));
      } catch (error) {
        reject(error);
      }
    });
  });
}

function decodeRaw(text) {
  const plain = text.replace(/\\(x[0-9a-fA-F]{2}|[rnt\\])/g, (_, e) =>
    ({ r: '\r', n: '\n', t: '\t', '\\': '\\' }[e] ?? String.fromCharCode(parseInt(e.slice(1), 16))));
  return Buffer.from(plain, 'latin1');
}

function readAnswer(text) {
  const end = text.indexOf('\r\n\r\n');
  const [first, ...lines] = (end < 0 ? text : text.slice(0, end)).split('\r\n');
  const status = /^HTTP\/1\.[01] ([0-9]{3})/.exec(first);
  if (!status) throw new Error(`not an HTTP answer: ${JSON.stringify(text.slice(0, 80))}`);
  const headers = lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()];
  });
  return { status: Number(status[1]), headers, body: Buffer.from(end < 0 ? '' : text.slice(end + 4), 'latin1').toString('utf8') };
}

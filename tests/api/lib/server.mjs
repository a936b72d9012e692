// One dapur process over a project: start, keys, tokens, stop.
import { execFile, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';

const READY_MS = 60_000;
const run = promisify(execFile);

// program: ["build/release/dapur"], or ["node", "fake.mjs"].
export async function startServer(program, project, data, extra = []) {
  const [file, ...first] = program;
  const child = spawn(file, [...first, 'serve', project, '--listen', '127.0.0.1:0', '--data', data, ...extra],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = [];
  child.stderr.on('data', (part) => log.push(part));
  const server = { child, log: () => Buffer.concat(log).toString('utf8'), stop: () => stopServer(child) };
  server.base = await new Promise((resolve, reject) => {
    let out = '';
    const timer = setTimeout(() => fail(`was not ready within ${READY_MS / 1000} s`), READY_MS);
    const fail = (what) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`dapur serve ${project} ${what}\n${server.log().slice(-2000)}`));
    };
    child.on('error', (error) => fail(error.message));
    child.on('exit', (code, signal) => fail(`ended at once (${signal ?? code})`));
    child.stdout.on('data', (part) => {
      out += part;
      const ready = /^ready (http:\/\/\S+)$/m.exec(out);
      if (!ready) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolve(ready[1]);
    });
  });
  return server;
}

// Answers null, or what went wrong: a crash, a sanitizer's report, an exit code.
async function stopServer(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return `the server was gone: ${child.signalCode ?? `exit code ${child.exitCode}`}`;
  }
  const ended = new Promise((resolve) => child.on('exit', (code, signal) => resolve({ code, signal })));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const { code, signal } = await ended;
  clearTimeout(timer);
  if (signal === 'SIGKILL') return 'the server did not end within 15 s of SIGTERM';
  return code === 0 ? null : `the server ended with ${signal ?? `exit code ${code}`}`;
}

// {anon, service_role, publishable, secret, jwt_secret}
export async function readKeys(program, project, data, extra = []) {
  const [file, ...first] = program;
  const { stdout } = await run(file, [...first, 'keys', project, '--data', data, '--json', ...extra]);
  return JSON.parse(stdout);
}

const base64url = (bytes) => Buffer.from(bytes).toString('base64url');

// HS256 (RFC 7515), valid for an hour unless the claims say otherwise.
export function makeToken(secret, claims) {
  const now = Math.floor(Date.now() / 1000);
  const all = { role: 'authenticated', aud: 'authenticated', iat: now, exp: now + 3600, ...claims };
  const text = `${base64url('{"alg":"HS256","typ":"JWT"}')}.${base64url(JSON.stringify(all))}`;
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

// tests/crash/postgres_project on a private PostgreSQL, and what must hold of dapur's sessions there.
import assert from 'node:assert/strict';
import net from 'node:net';
import {missing, startPostgres, until} from '../../lib/postgres.mjs';
import {Dapur} from './dapur.mjs';
import {Skip} from './harness.mjs';

const PROJECT = new URL('../postgres_project/', import.meta.url).pathname;
// By loop: 2 shared and 8 solo; one that watches the catalog (engine_postgres_defaults).
const SESSIONS_OF_LOOP = 10, SESSIONS_BESIDE = 1;
export const LOOPS = 2;

export const subject = (n) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

// Calls body({dapur, postgres, database}); then the server has to end in order, and to leave nothing behind.
export async function withProject(binary, {extra = [], settings} = {}, body) {
    if (missing()) throw new Skip(missing());
    const postgres = await startPostgres({settings});
    let dapur, wrong;
    try {
        const database = await postgres.createDatabase();
        dapur = new Dapur(binary, {project: PROJECT, args: ['--db', postgres.url(database), `--server.loops=${LOOPS}`]});
        await dapur.start({extra});
        const note = await body({dapur, postgres, database});
        await assertQuiet(postgres, database);
        await dapur.stop();
        await until('a session was left after the server ended', async () => (await postgres.sessions(database)).length === 0, 5000);
        assert.doesNotMatch(postgres.log(), /unexpected EOF on client connection/, 'a session was dropped, not closed');
        return note;
    } catch (error) {
        wrong = error;
        throw error;
    } finally {
        await dapur?.remove().catch((error) => { if (!wrong) throw error; }); // the first error is the one to tell
        await postgres.stop();
    }
}

// Nothing runs, nothing is in a transaction, and there are no more sessions than the pool may have.
export async function assertQuiet(postgres, database) {
    const busy = async () => (await postgres.sessions(database)).filter((s) => s.application !== 'psql' && s.state !== 'idle');
    await until(async () => `still at work: ${JSON.stringify(await busy())}`, async () => (await busy()).length === 0, 10000);
    const count = (await postgres.sessions(database)).length, most = LOOPS * SESSIONS_OF_LOOP + SESSIONS_BESIDE;
    assert.ok(count <= most, `${count} sessions, of ${most} that there may be`);
}

// The sessions that run a statement which has this text.
export const running = async (postgres, database, text) =>
    (await postgres.sessions(database)).filter((s) => s.state === 'active' && s.query.includes(text));

// ---- pipelines --------------------------------------------------------------------------------------

// requests: [{method, path, headers: {}, body}]; the answers in their order, from one connection on which all are written
// without waiting: [{status, headers: {lower case}, text}].
export function pipeline(dapur, requests) {
    const url = new URL(dapur.base);
    return new Promise((resolve, reject) => {
        const socket = net.connect(Number(url.port), url.hostname);
        const answers = [];
        let rest = Buffer.alloc(0);
        socket.setTimeout(60000, () => socket.destroy(new Error(`${answers.length} of ${requests.length} answers, and then nothing for 60 s`)));
        socket.on('error', reject);
        socket.on('close', () => reject(new Error(`closed after ${answers.length} of ${requests.length} answers`)));
        socket.on('data', (part) => {
            rest = rest.length ? Buffer.concat([rest, part]) : part;
            for (let found; answers.length < requests.length && (found = takeAnswer(rest, requests[answers.length].method)); rest = rest.subarray(found.end)) answers.push(found);
            if (answers.length < requests.length) return;
            socket.removeAllListeners('close');
            socket.destroy();
            if (rest.length) reject(new Error(`bytes behind the last answer: ${rest.subarray(0, 200)}`));
            else resolve(answers);
        });
        for (const {method, path, headers = {}, body} of requests) {
            const text = body === undefined ? '' : JSON.stringify(body);
            const all = {Host: url.host, ...headers, ...(text ? {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)} : {})};
            socket.write(`${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n${text}`);
        }
    });
}

// The answer at the start of the bytes and where it ends, or null when it is not whole (RFC 9112, 6.3 and 7.1).
function takeAnswer(bytes, method) {
    const split = bytes.indexOf('\r\n\r\n');
    if (split < 0) return null;
    const [first, ...lines] = bytes.subarray(0, split).toString('latin1').split('\r\n');
    const headers = Object.fromEntries(lines.map((l) => [l.slice(0, l.indexOf(':')).toLowerCase(), l.slice(l.indexOf(':') + 1).trim()]));
    const status = Number(first.split(' ')[1]);
    const from = split + 4;
    if (!/^HTTP\/1\.1 \d{3}/.test(first)) throw new Error(`not an answer: ${first}`);
    if (method === 'HEAD' || status === 204 || status === 304) return {status, headers, text: '', end: from};
    if (/chunked/i.test(headers['transfer-encoding'] ?? '')) return takeChunks(bytes, from, {status, headers});
    const end = from + Number(headers['content-length']);
    return bytes.length < end ? null : {status, headers, text: bytes.subarray(from, end).toString('utf8'), end};
}

function takeChunks(bytes, from, answer) {
    const parts = [];
    for (let at = from; ;) {
        const line = bytes.indexOf('\r\n', at);
        if (line < 0) return null;
        const size = parseInt(bytes.subarray(at, line).toString('latin1'), 16);
        const end = line + 2 + size + 2;
        if (bytes.length < end) return null;
        if (size === 0) return {...answer, text: Buffer.concat(parts).toString('utf8'), end};
        parts.push(bytes.subarray(line + 2, end - 2));
        at = end;
    }
}

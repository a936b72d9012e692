// Time on PostgreSQL: deadlines, clients that leave, a slow query beside fast ones, and the end of the server.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import net from 'node:net';
import {check, together} from './lib/harness.mjs';
import {assertQuiet, running, subject, withProject} from './lib/on_postgres.mjs';
import {until} from '../lib/postgres.mjs';

// Writes one request and answers its socket: the client that may leave.
function leave(dapur, path, {method = 'GET', token, body} = {}) {
    const url = new URL(dapur.base), text = body ? JSON.stringify(body) : '';
    const socket = net.connect(Number(url.port), url.hostname);
    socket.on('error', () => {});
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: ${url.host}\r\napikey: ${dapur.keys.publishable}\r\nAuthorization: Bearer ${token}\r\n`
        + (text ? `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n` : '') + `\r\n${text}`);
    return socket;
}

async function deadlines(binary) {
    return withProject(binary, {extra: ['--database.read_run_ms=400', '--database.write_run_ms=400']}, async ({dapur, postgres, database}) => {
        const token = dapur.token(subject(1)), id = randomUUID();
        const read = await dapur.ask('GET', '/rest/v1/rpc/slow?seconds=60&tag=x', {token});
        assert.deepEqual([read.status, JSON.parse(read.text).code], [500, '57014'], read.text);
        const write = await dapur.ask('POST', '/rest/v1/rpc/slow_write', {token, body: {seconds: 60, note: id}});
        assert.deepEqual([write.status, JSON.parse(write.text).code], [500, '57014'], write.text);
        assert.equal(await postgres.value(`select count(*) from notes where id = '${id}'`, {database}), '0');
        // The deadline was that request's alone.
        const after = await dapur.ask('GET', '/rest/v1/rpc/slow?seconds=0.01&tag=y', {token});
        assert.deepEqual([after.status, JSON.parse(after.text)], [200, 'slept y']);
        await assertQuiet(postgres, database);
    });
}

async function leavers(binary) {
    return withProject(binary, {}, async ({dapur, postgres, database}) => {
        const token = dapur.token(subject(1)), id = randomUUID();
        const reads = Array.from({length: 6}, () => leave(dapur, '/rest/v1/rpc/slow?seconds=600&tag=gone', {token}));
        await until('the slow reads did not begin', async () => (await running(postgres, database, 'slow')).length === reads.length);
        for (const socket of reads) socket.destroy();
        await until('a read goes on for a client that left', async () => (await running(postgres, database, 'slow')).length === 0, 10000);
        // Of a write nobody can say where it is: it runs to its end.
        const write = leave(dapur, '/rest/v1/rpc/slow_write', {method: 'POST', token, body: {seconds: 2, note: id}});
        await until('the slow write did not begin', async () => (await running(postgres, database, 'slow_write')).length === 1);
        write.destroy();
        await until('a write did not end', async () => await postgres.value(`select count(*) from notes where id = '${id}'`, {database}) === '1', 10000);
        // A cancel that came late hits nobody else.
        await together(16, async (n) => {
            for (let i = 0; i < 20; i++) {
                const answer = await dapur.ask('GET', '/rest/v1/rpc/who_am_i', {token: dapur.token(subject(n))});
                assert.deepEqual([answer.status, JSON.parse(answer.text).sub], [200, subject(n)], answer.text);
                if (n % 4 === 0) leave(dapur, `/rest/v1/rpc/slow?seconds=0.0${i % 5}&tag=late`, {token}).destroy();
            }
        });
        await assertQuiet(postgres, database);
    });
}

// While `slow` runs, `many` fast requests finish: no clock, the slow one is still at work after the last of them.
async function fastBeside(dapur, postgres, database, what) {
    const token = dapur.token(subject(1));
    const slow = Array.from({length: 3}, () => leave(dapur, '/rest/v1/rpc/slow?seconds=120&tag=slow', {token}));
    await until(`${what}: the slow reads did not begin`, async () => (await running(postgres, database, 'slow')).length === slow.length);
    let done = 0;
    await together(32, async (n) => {
        for (let i = 0; i < 20; i++, done++) {
            const answer = await dapur.ask('GET', '/rest/v1/accounts?select=owner', {token: dapur.token(subject(n))});
            assert.deepEqual([answer.status, JSON.parse(answer.text)], [200, [{owner: subject(n)}]]);
        }
    });
    assert.equal((await running(postgres, database, 'slow')).length, slow.length, `${what}: ${done} fast ones took longer than the slow ones`);
    for (const socket of slow) socket.destroy();
    await until(`${what}: a read goes on for a client that left`, async () => (await running(postgres, database, 'slow')).length === 0, 10000);
    return done;
}

async function slowBesideFast(binary) {
    // Longer than any deadline: the slow ones run until their clients leave.
    return withProject(binary, {extra: ['--database.read_run_ms=600000']}, async ({dapur, postgres, database}) => {
        const token = dapur.token(subject(1));
        const fast = async (count) => {
            for (let i = 0; i < count; i++) assert.equal((await dapur.ask('GET', '/rest/v1/accounts?select=owner', {token})).status, 200);
        };
        await fast(10);
        const unknown = await fastBeside(dapur, postgres, database, 'a shape that nobody knows');
        // The same shape, known as fast and now slow: it may hold up those who share its session for a moment, not for long.
        for (let i = 0; i < 200; i++) assert.equal((await dapur.ask('GET', '/rest/v1/rpc/slow?seconds=0&tag=quick', {token})).status, 200);
        const known = await fastBeside(dapur, postgres, database, 'a shape that was fast');
        return `${unknown + known} fast ones beside slow ones`;
    });
}

// All solo sessions are taken: what waits is answered or refused, and the rest goes on afterwards.
async function exhausted(binary) {
    return withProject(binary, {extra: ['--database.read_run_ms=600000']}, async ({dapur, postgres, database}) => {
        const token = dapur.token(subject(1));
        const slow = Array.from({length: 60}, () => leave(dapur, '/rest/v1/rpc/slow?seconds=600&tag=full', {token}));
        await until('the slow reads did not begin', async () => (await running(postgres, database, 'slow')).length >= 8);
        const answers = await together(8, (n) => dapur.ask('POST', '/rest/v1/notes', {token: dapur.token(subject(n)), body: {id: randomUUID(), body: 'x'}}));
        for (const answer of answers) {
            assert.ok([201, 503].includes(answer.status), answer.text);
            if (answer.status === 503) assert.match(answer.headers['retry-after'] ?? '', /^\d+$/);
        }
        for (const socket of slow) socket.destroy();
        await until('reads go on for clients that left', async () => (await running(postgres, database, 'slow')).length === 0, 20000);
        const after = await dapur.ask('POST', '/rest/v1/notes', {token, body: {id: randomUUID(), body: 'x'}});
        assert.equal(after.status, 201, after.text);
        await assertQuiet(postgres, database);
        return answers.map((a) => a.status).join(' ');
    });
}

async function ending(binary) {
    return withProject(binary, {}, async ({dapur, postgres, database}) => {
        const written = [];
        let ends = false;
        const workers = together(24, async (n) => {
            const token = dapur.token(subject(n));
            try {
                for (let i = 0; ; i++) {
                    const id = randomUUID();
                    const answer = i % 2
                        ? await dapur.ask('GET', '/rest/v1/accounts', {token})
                        : await dapur.ask('POST', '/rest/v1/notes', {token, body: {id, body: 'last'}});
                    if (answer.status === 201) written.push(id);
                    else assert.ok(answer.status === 200 || (ends && answer.status === 503), answer.text);
                }
            } catch (error) {
                if (!ends || error.code === 'ERR_ASSERTION') throw error; // the connection ended, as it should
            }
        });
        await until('the load did not begin', () => written.length > 100);
        ends = true;
        await dapur.stop(); // throws unless it ends with 0
        await workers;
        await until('a session was left', async () => (await postgres.sessions(database)).length === 0, 5000);
        const found = new Set((await postgres.sql('select id from notes', {database})).map(([id]) => id));
        assert.deepEqual(written.filter((id) => !found.has(id)), [], 'acknowledged, and gone');
        return `${written.length} written before the end`;
    });
}

// Queries that would take for ever do not keep the server from ending, nor does the server leave them behind.
async function endingSlow(binary) {
    return withProject(binary, {extra: ['--database.read_run_ms=600000', '--database.write_run_ms=600000', '--server.drain_ms=500']}, async ({dapur, postgres, database}) => {
        const token = dapur.token(subject(1)), id = randomUUID();
        leave(dapur, '/rest/v1/rpc/slow?seconds=600&tag=end', {token});
        leave(dapur, '/rest/v1/rpc/slow_write', {method: 'POST', token, body: {seconds: 600, note: id}});
        await until('the slow ones did not begin', async () => (await running(postgres, database, 'slow')).length === 2);
        await dapur.stop();
        await until('a session was left', async () => (await postgres.sessions(database)).length === 0, 5000);
        assert.equal(await postgres.value(`select count(*) from notes where id = '${id}'`, {database}), '0');
    });
}

export async function run(binary) {
    await check('a statement past its deadline is 57014, and only that one', () => deadlines(binary));
    await check('a client that leaves takes its query along', () => leavers(binary));
    await check('fast reads do not wait for slow ones', () => slowBesideFast(binary));
    await check('every session taken: answered or 503, then as before', () => exhausted(binary));
    await check('SIGTERM under load: acknowledged writes stay, no session is left', () => ending(binary));
    await check('SIGTERM while queries would take for ever', () => endingSlow(binary));
}

// What shares a connection: how long it may take, how large its answer may be; and how what has a connection alone is
// cancelled.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startBouncer, startPostgres, until} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const skip = missing() ?? false;
// An answer held whole takes 420 MB. A sanitizer keeps freed memory for a while.
const KB = 1024, GROWTH_KB_MOST = (/asan|tsan/.test(binary) ? 300 : 45) * KB;
const ROWS = 1000, ROW_BYTES = 200 * KB; // 200 MB

// A shape is known as fast after a few runs, whatever the machine does besides.
const CONF = '[server]\nloops = 1\n[database]\nfast_us = 1000000\nread_run_ms = 600000\n';
const SQL = `create function timeout() returns text language sql stable as $$ select current_setting('statement_timeout') $$;
create function rows_of(count int, size int) returns setof text language sql stable as $$
    select repeat('x', size) from generate_series(1, count) $$;
create function slow(seconds int) returns text language plpgsql stable as $$ begin perform pg_sleep(seconds); return 'slept'; end $$;
`;

let postgres;
before(async () => { if (!skip) postgres = await startPostgres(); });
after(() => postgres?.stop());

// body({server, keys, database, ask}); ask answers {status, text}.
async function withServer(extra, body, urlOf = (database) => postgres.url(database)) {
    const folder = mkdtempSync(join(tmpdir(), 'dapur-shared-'));
    const database = await postgres.createDatabase();
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'dapur.conf'), CONF);
    writeFileSync(join(folder, 'migrations', '1_functions.sql'), SQL);
    const args = ['--db', urlOf(database), ...extra(database)];
    const server = await startServer([binary], folder, join(folder, 'data'), args);
    try {
        const keys = await readKeys([binary], folder, join(folder, 'data'), args);
        const headers = {apikey: keys.secret, connection: 'close'};
        const ask = async (path) => {
            const answer = await fetch(server.base + path, {headers});
            return {status: answer.status, text: await answer.text()};
        };
        await body({server, database, headers, ask});
    } finally {
        const wrong = await server.stop();
        rmSync(folder, {recursive: true, force: true});
        await postgres.dropDatabase(database);
        assert.equal(wrong, null, server.log().slice(-2000));
    }
}

const peakKb = (server) => Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))[1]);

// Counts bytes; keeps none.
function download(url, headers) {
    return new Promise((resolve, reject) => {
        http.get(url, {headers}, (answer) => {
            let bytes = 0;
            answer.on('data', (part) => { bytes += part.length; });
            answer.on('end', () => resolve({status: answer.statusCode, bytes}));
            answer.on('error', reject);
        }).on('error', reject);
    });
}

// Alone at first, with the time of a request (a minute, or a millisecond more).
const shares = async (ask) => !/^"(1min|6000\dms)"$/.test((await ask('/rest/v1/rpc/timeout')).text);

test('a shared read has the time that the setting says', {skip}, () => withServer(() => ['--database.shared_run_ms=1234'], async ({ask}) => {
    await until('the read did not share a connection', () => shares(ask));
    assert.deepEqual(await ask('/rest/v1/rpc/timeout'), {status: 200, text: '"1234ms"'});
}));

test('an answer that turns out huge takes no memory, and disturbs nobody', {skip}, () => withServer(() => ['--database.shared_run_ms=50000', '--database.shared_connections=1'], async ({server, headers, ask}) => {
    const small = '/rest/v1/rpc/rows_of?count=1&size=2';
    for (let i = 0; i < 5; i++) assert.deepEqual(await ask(small), {status: 200, text: '["xx"]'});
    for (let i = 0; i < 3; i++) await ask('/rest/v1/rpc/timeout');
    assert.deepEqual(await ask('/rest/v1/rpc/timeout'), {status: 200, text: '"50s"'}); // known as fast, and on the same connection
    const before = peakKb(server);
    const huge = download(`${server.base}/rest/v1/rpc/rows_of?count=${ROWS}&size=${ROW_BYTES}`, headers);
    const beside = await Promise.all(Array.from({length: 6}, () => ask('/rest/v1/rpc/timeout')));
    for (const answer of beside) assert.equal(answer.status, 200, answer.text);
    const {status, bytes} = await huge;
    assert.equal(status, 200);
    assert.equal(bytes, ROWS * (ROW_BYTES + 3) + 1); // quotes and commas
    const growth = peakKb(server) - before;
    assert.ok(growth < GROWTH_KB_MOST, `VmHWM grew by ${growth} kB`);
}));

// Gone: it has ended, though its parent may not have noticed.
function isGone(pid) {
    try {
        return /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
    } catch {
        return true;
    }
}

// Asks for what takes for ever, and answers with the session that works on it, and the way to leave.
async function leave({server, database, headers}) {
    const asked = http.get(`${server.base}/rest/v1/rpc/slow?seconds=600`, {headers}).on('error', () => {});
    const find = async () => (await postgres.sessions(database)).find((s) => s.state === 'active' && s.query.includes('slow'));
    const {pid} = await until('the slow read did not begin', find);
    return {pid, leave: () => asked.destroy()};
}

test('a cancel needs no new connection', {skip}, () => withServer(() => [], async (one) => {
    const {pid, leave: go} = await leave(one);
    const main = postgres.process.child.pid; // takes new connections, and nothing else
    process.kill(main, 'SIGSTOP');
    try {
        go();
        await until('the query goes on', () => isGone(pid), 5000);
    } finally {
        process.kill(main, 'SIGCONT');
    }
    for (let i = 0; i < 3; i++) assert.equal((await one.ask('/rest/v1/rpc/timeout')).status, 200);
}));

test('without shared connections, and behind a pooler, a cancel reaches its query', {skip}, async () => {
    const cancels = async (one) => {
        const {pid, leave: go} = await leave(one);
        go();
        await until('the query goes on', async () => !(await postgres.sessions(one.database)).some((s) => s.pid === pid && s.state === 'active'), 10000);
        assert.equal((await one.ask('/rest/v1/rpc/timeout')).status, 200);
    };
    await withServer(() => ['--database.shared_connections=0', '--database.solo_connections=1'], cancels);
    const bouncer = await startBouncer(postgres);
    try {
        await withServer((database) => ['--database.pooler=transaction', `--database.direct_url=${postgres.url(database)}`], async (one) => {
            await cancels(one);
        }, (database) => bouncer.url(database));
    } finally {
        await bouncer.stop();
    }
});

// It may be told to pass over what a connection begins with, and invents the numbers of its sessions.
test('behind a pooler by session nothing is taken for granted', {skip}, async () => {
    const bouncer = await startBouncer(postgres, {settings: {pool_mode: 'session', ignore_startup_parameters: 'options'}});
    try {
        await withServer((database) => [`--database.direct_url=${postgres.url(database)}`, '--database.solo_connections=2', '--database.shared_run_ms=1234'], async (one) => {
            await until('the read did not share a connection', () => shares(one.ask));
            assert.deepEqual(await one.ask('/rest/v1/rpc/timeout'), {status: 200, text: '"1234ms"'});
            const {pid, leave: go} = await leave(one);
            go();
            await until('the query goes on', () => isGone(pid) || postgres.sessions(one.database).then((all) => !all.some((s) => s.pid === pid && s.state === 'active')), 10000);
        }, (database) => bouncer.url(database));
    } finally {
        await bouncer.stop();
    }
});

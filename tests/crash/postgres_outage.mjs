// PostgreSQL goes away and comes back, under load: clear answers, no stuck request, recovery without a restart.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {check, sleep, together} from './lib/harness.mjs';
import {assertQuiet, running, subject, withProject} from './lib/on_postgres.mjs';
import {until} from '../lib/postgres.mjs';

const WORKERS = 32, BUSY_MS = 300, STUCK_MS = 40000;

// So that what is stuck stays stuck, and is seen.
const NO_DEADLINE = ['--database.read_run_ms=600000', '--database.write_run_ms=600000'];

// Answers in time or fails: nothing may wait for ever.
function inTime(promise, what) {
    let timer;
    const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: no answer within ${STUCK_MS / 1000} s`)), STUCK_MS); });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

// Reads and writes without a pause until stop(); counts, and what was acknowledged.
function load(dapur) {
    const book = {ok: 0, unavailable: 0, written: [], refused: [], on: true};
    const check503 = (answer) => {
        assert.equal(answer.status, 503, answer.text);
        assert.match(answer.headers['retry-after'] ?? '', /^\d+$/, 'a 503 without Retry-After');
        assert.match(JSON.parse(answer.text).code, /^(PGRST00[0-3]|57P03|08007|53300)$/, answer.text);
        book.unavailable++;
    };
    const one = async (n, i) => {
        const token = dapur.token(subject(n));
        if (i % 3) {
            const answer = await inTime(dapur.ask('GET', '/rest/v1/accounts?select=owner', {token}), 'a read');
            if (answer.status !== 200) return check503(answer);
            assert.deepEqual(JSON.parse(answer.text), [{owner: subject(n)}]);
        } else {
            const id = randomUUID();
            const answer = await inTime(dapur.ask('POST', '/rest/v1/notes', {token, body: {id, body: 'under load'}}), 'a write');
            if (answer.status !== 201) return check503(answer);
            book.written.push(id);
        }
        book.ok++;
        return undefined;
    };
    book.workers = together(WORKERS, async (n) => {
        for (let i = n; book.on; i++) await one(n, i);
    });
    book.workers.catch(() => { book.on = false; });
    book.more = async (what, of, count = WORKERS) => {
        const from = book[of];
        await until(what, () => !book.on || book[of] >= from + count);
    };
    book.stop = async () => {
        book.on = false;
        await book.workers;
    };
    return book;
}

async function assertWritten(postgres, database, book) {
    const found = new Set((await postgres.sql('select id from notes', {database})).map(([id]) => id));
    assert.deepEqual(book.written.filter((id) => !found.has(id)), [], 'acknowledged, and gone');
}

async function outage(binary, how) {
    // A crash loses what was not flushed: a test of acknowledged writes has to flush.
    const settings = {fsync: 'off', synchronous_commit: 'on', full_page_writes: 'on'};
    return withProject(binary, {settings, extra: NO_DEADLINE}, async ({dapur, postgres, database}) => {
        const book = load(dapur);
        for (let round = 0; round < 2; round++) {
            await book.more('the load did not begin', 'ok', 4 * WORKERS);
            await postgres.suspend(how);
            await book.more('nobody was told that the server is down', 'unavailable');
            await sleep(BUSY_MS);
            if (!book.on) await book.workers; // it says what was wrong
            await postgres.resume();
            await book.more('there was no recovery', 'ok', 4 * WORKERS);
        }
        await book.stop();
        await assertWritten(postgres, database, book);
        await assertQuiet(postgres, database);
        return `${book.ok} good, ${book.unavailable} told to come back, ${book.written.length} written`;
    });
}

async function coldStart(binary) {
    return withProject(binary, {}, async ({dapur, postgres}) => {
        const token = dapur.token(subject(1));
        await postgres.suspend('fast');
        const answer = await inTime(dapur.ask('GET', '/rest/v1/accounts', {token}), 'a read while it is down');
        assert.equal(answer.status, 503, answer.text);
        assert.ok(answer.headers['retry-after']);
        const health = await dapur.ask('GET', '/health');
        assert.equal(health.status, 200, 'dapur itself lives');
        await postgres.resume();
        await until('there was no recovery', async () => (await dapur.ask('GET', '/rest/v1/accounts', {token})).status === 200);
    });
}

async function terminated(binary) {
    return withProject(binary, {extra: NO_DEADLINE}, async ({dapur, postgres, database}) => {
        const token = dapur.token(subject(7));
        // Idle sessions: the next request notices nothing.
        for (let i = 0; i < 5; i++) {
            assert.equal((await dapur.ask('GET', '/rest/v1/accounts', {token})).status, 200);
            await postgres.terminate(database);
            const read = await inTime(dapur.ask('GET', '/rest/v1/accounts?select=owner', {token}), 'a read');
            assert.equal(read.status, 200, read.text);
        }
        // A read that runs: it runs once more.
        const read = dapur.ask('GET', '/rest/v1/rpc/slow?seconds=1.5&tag=again', {token});
        await until('the slow read did not begin', async () => (await running(postgres, database, 'slow')).length > 0);
        await postgres.terminate(database);
        const again = await inTime(read, 'a read whose session was killed');
        assert.deepEqual([again.status, JSON.parse(again.text)], [200, 'slept again']);
        // A write that runs: refused, not repeated, and nothing of it is there.
        const id = randomUUID();
        const write = dapur.ask('POST', '/rest/v1/rpc/slow_write', {token, body: {seconds: 20, note: id}});
        await until('the slow write did not begin', async () => (await running(postgres, database, 'slow_write')).length > 0);
        await postgres.terminate(database);
        const lost = await inTime(write, 'a write whose session was killed');
        assert.equal(lost.status, 503, lost.text);
        assert.equal(await postgres.value(`select count(*) from notes where id = '${id}'`, {database}), '0');
        assert.equal((await running(postgres, database, 'slow_write')).length, 0, 'the write was repeated');
        // Under load, again and again: nothing but good answers and 503.
        const book = load(dapur);
        for (let i = 0; i < 10; i++) {
            await book.more('the load stands still', 'ok');
            await postgres.terminate(database);
        }
        await book.stop();
        await assertWritten(postgres, database, book);
        return `${book.ok} good, ${book.unavailable} told to come back`;
    });
}

export async function run(binary) {
    await check('PostgreSQL stopped and started under load', () => outage(binary, 'fast'));
    await check('PostgreSQL crashed and recovered under load', () => outage(binary, 'immediate'));
    await check('PostgreSQL down while nobody asks', () => coldStart(binary));
    await check('sessions killed by pg_terminate_backend', () => terminated(binary));
}

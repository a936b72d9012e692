// Somebody holds the writer without an end, from the command line: deadlines, Ctrl-C, SIGTERM.
import assert from 'node:assert/strict';
import {spawn} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, sleep} from './lib/harness.mjs';
import {Dapur} from './lib/dapur.mjs';

const ENDLESS = 'insert into public.parents select a from generate_series(1, 1000000) a, generate_series(1, 1000000) b where a + b < 0';
// None of its statements takes long: only what runs between them can end it.
const ENDLESS_BLOCK = "do $$ begin loop execute 'select 1'; end loop; end $$";
const HELD_MS = 300;

async function withServer(binary, extra, body) {
    const dapur = await new Dapur(binary).start({extra});
    try {
        return await body(dapur);
    } finally {
        await dapur.remove();
    }
}

const write = (dapur) => dapur.ask('POST', '/rest/v1/entries', {token: dapur.token(randomUUID()), body: {id: randomUUID(), n: 1, payload: 'x'}});

// dapur sql with a statement that never ends; held: its statement has the writer.
async function hold(dapur, statement = ENDLESS) {
    const child = spawn(dapur.binary, ['sql', dapur.folder, '--command', statement], {stdio: ['ignore', 'ignore', 'pipe']});
    let errors = '';
    child.stderr.on('data', (part) => { errors += part; });
    const ended = new Promise((done) => child.on('exit', (code, signal) => done({code, signal, errors})));
    for (;;) { // before the statement runs a write is answered at once, then it waits
        const behind = write(dapur);
        const first = await Promise.race([behind.then(() => 'answered'), sleep(HELD_MS).then(() => 'held')]);
        if (first === 'held') return {child, ended, behind};
    }
}

export async function run(binary) {
    await check('a statement of dapur sql ends at its deadline, the write behind it succeeds', () =>
        withServer(binary, ['--database.sql_run_ms=1500'], async (dapur) => {
            const {ended, behind} = await hold(dapur);
            const {code, errors} = await ended;
            assert.equal(code, 1);
            assert.match(errors, /57014/);
            assert.match(errors, /database\.sql_run_ms/);
            assert.equal((await behind).status, 201);
        }));
    await check('Ctrl-C in dapur sql frees the writer', () =>
        withServer(binary, ['--database.sql_run_ms=0'], async (dapur) => {
            const {child, ended, behind} = await hold(dapur);
            child.kill('SIGINT');
            await ended;
            assert.equal((await behind).status, 201);
            const {code, out} = await dapur.command('sql', dapur.folder, '--command', 'select count(*) from public.parents');
            assert.equal(code, 0, out);
            assert.match(out, /\n 1 *\n/); // nothing of the statement is there
        }));
    await check('a killed dapur sql frees the writer, also from a block that runs many small statements', () =>
        withServer(binary, ['--database.sql_run_ms=0'], async (dapur) => {
            const {child, ended, behind} = await hold(dapur, ENDLESS_BLOCK);
            child.kill('SIGKILL');
            await ended;
            assert.equal((await behind).status, 201);
        }));
    await check('a write behind it is told when its wait is over, and never runs', () =>
        withServer(binary, ['--database.sql_run_ms=0', '--database.write_wait_ms=700'], async (dapur) => {
            const {child, ended, behind} = await hold(dapur);
            assert.equal((await behind).status, 503);
            child.kill('SIGINT');
            await ended;
            const {out} = await dapur.command('sql', dapur.folder, '--command', 'select count(*) from public.entries where n = 1');
            const before = Number(/\n (\d+) *\n/.exec(out)[1]);
            assert.equal((await write(dapur)).status, 201);
            const {out: now} = await dapur.command('sql', dapur.folder, '--command', 'select count(*) from public.entries where n = 1');
            assert.equal(Number(/\n (\d+) *\n/.exec(now)[1]), before + 1);
        }));
    await check('SIGTERM does not wait for a statement of dapur sql', () =>
        withServer(binary, ['--database.sql_run_ms=0', '--server.drain_ms=500'], async (dapur) => {
            const {ended, behind} = await hold(dapur);
            behind.catch(() => {}); // cut, or told that the server stops
            await dapur.stop();
            const {code, errors} = await ended;
            assert.equal(code, 1);
            assert.match(errors, /57014/);
        }));
    await check('SIGTERM ends a migration that keeps the server from its start', async () => {
        const dapur = new Dapur(binary);
        try {
            writeFileSync(join(dapur.folder, 'migrations', '20260301000000_endless.sql'), `${ENDLESS};`);
            const started = dapur.start({extra: ['--database.migration_run_ms=0']});
            started.catch(() => {});
            await sleep(1000);
            dapur.child.kill('SIGTERM');
            await assert.rejects(started, /57014|user request/);
        } finally {
            await dapur.remove().catch(() => {}); // it ended with an error, as it should
        }
    });
}

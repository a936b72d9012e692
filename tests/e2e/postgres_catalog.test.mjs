// Somebody changes the database beside a running server: no restart, no wrong answer, and misspelt names
// cost no look at the catalog each.
import assert from 'node:assert/strict';
import {mkdtempSync, mkdirSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startPostgres, until} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const RUNS = 12; // enough for the shape to be prepared on shared and solo connections

let postgres, database, folder, server, keys;

before(async () => {
    if (missing()) return;
    postgres = await startPostgres();
    database = await postgres.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'dapur-catalog-'));
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'dapur.conf'), '[security]\nauto_rls = false\n');
    writeFileSync(join(folder, 'migrations', '1_items.sql'),
        'create table items (id int primary key, amount int);\ninsert into items values (1, 2);\n');
    const args = ['--db', postgres.url(database)];
    server = await startServer([binary], folder, join(folder, 'data'), args);
    keys = await readKeys([binary], folder, join(folder, 'data'), args);
});

after(async () => {
    assert.equal(await server?.stop() ?? null, null);
    if (folder) rmSync(folder, {recursive: true, force: true});
    await postgres?.stop();
});

const skip = missing() ?? false;
const ddl = (text) => postgres.sql(text, {database});

async function ask(path, init = {}) {
    const answer = await fetch(`${server.base}/rest/v1/${path}`, {
        ...init, headers: {apikey: keys.secret, 'content-type': 'application/json', ...init.headers},
    });
    return {status: answer.status, body: await answer.json()};
}

test('a column whose type changed is read anew by statements that were prepared', {skip}, async () => {
    for (let i = 0; i < RUNS; i++)
        assert.deepEqual(await ask('items?select=id,amount&id=eq.1'), {status: 200, body: [{id: 1, amount: 2}]});
    await ddl('alter table items alter amount type text');
    for (let i = 0; i < RUNS; i++)
        assert.deepEqual(await ask('items?select=id,amount&id=eq.1'), {status: 200, body: [{id: 1, amount: '2'}]});
});

test('a composite type that got an attribute is read anew', {skip}, async () => {
    await ddl('create type pair as (a int, b int); create table pairs (id int primary key, p pair);' +
        'insert into pairs values (1, row(1, 2)); grant select on pairs to service_role');
    await until('the table is served', async () => (await ask('pairs')).status === 200);
    for (let i = 0; i < RUNS; i++)
        assert.deepEqual(await ask('pairs?select=p'), {status: 200, body: [{p: {a: 1, b: 2}}]});
    await ddl('alter type pair add attribute c int');
    await until('the attribute is known', async () => 'c' in (await ask('pairs?select=p,id')).body[0].p);
    for (let i = 0; i < RUNS; i++)
        assert.deepEqual(await ask('pairs?select=p'), {status: 200, body: [{p: {a: 1, b: 2, c: null}}]});
});

test('a new table is served without a restart', {skip}, async () => {
    assert.equal((await ask('fresh')).status, 404);
    await ddl('create table fresh (id int primary key); grant select on fresh to service_role');
    await until('the table is served', async () => (await ask('fresh')).status === 200);
});

test('a write that names a column which was renamed finds the new one', {skip}, async () => {
    await ddl('create table owners (id int primary key, label text); insert into owners values (1, \'a\');' +
        'create table things (id int primary key, owner int references owners); grant all on owners, things to service_role');
    await until('the tables are served', async () => (await ask('things?select=id,owners(label)')).status === 200);
    await ddl('alter table things rename owner to owner_id');
    const write = () => ask('things?select=id,owners(label)', {
        method: 'POST', body: JSON.stringify({id: 1}), headers: {prefer: 'return=representation'}});
    assert.deepEqual(await write(), {status: 201, body: [{id: 1, owners: null}]});
});

test('a misspelt column is the client\'s error, each time', {skip}, async () => {
    for (let i = 0; i < RUNS; i++) {
        const {status, body} = await ask('items?select=amuont');
        assert.equal(status, 400);
        assert.equal(body.code, '42703');
    }
});

test('a table that is gone is 404', {skip}, async () => {
    await ddl('drop table fresh');
    await until('the table is forgotten', async () => (await ask('fresh')).body.code === 'PGRST205');
});

// One session that has prepared more statements than it may keep: they are dropped, and what runs in a block of its
// own (several reads of one snapshot) is not disturbed.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startPostgres} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const SHAPES = 600; // past the 256 that a connection keeps, twice

let postgres, folder, server, keys;

before(async () => {
    if (missing()) return;
    postgres = await startPostgres();
    const database = await postgres.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'dapur-statements-'));
    mkdirSync(join(folder, 'migrations'));
    // fast_us 0: every read runs on the one solo connection.
    writeFileSync(join(folder, 'dapur.conf'), '[server]\nloops = 1\n[database]\nsolo_connections = 1\nfast_us = 0\n');
    writeFileSync(join(folder, 'migrations', '1_items.sql'), 'create table items (id int primary key);\ninsert into items values (1);\n');
    const args = ['--db', postgres.url(database)];
    server = await startServer([binary], folder, join(folder, 'data'), args);
    keys = await readKeys([binary], folder, join(folder, 'data'), args);
});

after(async () => {
    assert.equal(await server?.stop() ?? null, null);
    if (folder) rmSync(folder, {recursive: true, force: true});
    await postgres?.stop();
});

async function ask(path) {
    const answer = await fetch(`${server.base}${path}`, {headers: {apikey: keys.secret, authorization: `Bearer ${keys.service_role}`}});
    return {status: answer.status, body: await answer.json()};
}

test('dropping statements disturbs no request', {skip: missing() ?? false}, async () => {
    for (let i = 0; i < SHAPES; i++) {
        assert.deepEqual(await ask(`/rest/v1/items?select=name${i}:id`), {status: 200, body: [{[`name${i}`]: 1}]});
        const users = await ask('/auth/v1/admin/users');
        assert.equal(users.status, 200, `after ${i} shapes: ${JSON.stringify(users.body)}`);
    }
});

// The log of an outage: one line when it begins, one when it ends, which counts the requests that were refused.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startPostgres, until} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const REFUSED = 50;

let postgres, folder, server, keys;

before(async () => {
    if (missing()) return;
    postgres = await startPostgres();
    const database = await postgres.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'dapur-outage-'));
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'dapur.conf'), '[server]\nloops = 2\n');
    writeFileSync(join(folder, 'migrations', '1_items.sql'), 'create table items (id int primary key);\n');
    const args = ['--db', postgres.url(database)];
    server = await startServer([binary], folder, join(folder, 'data'), args);
    keys = await readKeys([binary], folder, join(folder, 'data'), args);
});

after(async () => {
    assert.equal(await server?.stop() ?? null, null);
    if (folder) rmSync(folder, {recursive: true, force: true});
    await postgres?.stop();
});

// A connection each, so that every loop gets some.
const ask = async (path) => (await fetch(`${server.base}${path}`, {headers: {apikey: keys.secret, connection: 'close'}})).status;
const lines = () => server.log().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));

test('an outage is logged once, its end once, and not each request', {skip: missing() ?? false}, async () => {
    for (let i = 0; i < 20; i++) assert.equal(await ask('/rest/v1/items'), 200);
    const before = lines().length;
    await postgres.suspend();
    await until('the outage is not noticed', async () => await ask('/rest/v1/items') === 503);
    let refused = 0;
    for (; refused < REFUSED; refused++) assert.equal(await ask(refused % 2 ? '/rest/v1/items' : '/auth/v1/admin/users'), 503);
    await postgres.resume();
    const back = () => lines().filter((line) => line.message === 'the database is back');
    await until('there was no recovery', async () => await ask('/rest/v1/items') === 200 && back().length > 0);
    const said = lines().slice(before);
    const text = said.map((line) => JSON.stringify(line)).join('\n');
    assert.equal(said.filter((line) => line.message === 'the database cannot be reached').length, 1, text);
    assert.equal(back().length, 1, text);
    assert.ok(back()[0].refused >= REFUSED, text);
    assert.deepEqual(said.filter((line) => line.message === 'request failed'), [], text);
});

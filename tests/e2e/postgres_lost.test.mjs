// The connection to the server breaks while a write's commit is on its way: nobody may say that it was not done.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import net from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startPostgres, until} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const MARK = 'the last that is heard';

let postgres, database, folder, server, keys, relay;
let armed = false;

const stored = () => postgres.value(`select count(*) from items where label = '${MARK}'`, {database});

// Passes bytes on. Armed, it delivers the message that holds MARK, keeps the answer, and hangs up once the row is there.
function pass(client) {
    const upstream = net.connect(join(postgres.folder, `.s.PGSQL.${postgres.port}`));
    let silent = false;
    client.on('data', (bytes) => {
        upstream.write(bytes);
        if (!armed || !bytes.includes(MARK)) return;
        armed = false;
        silent = true;
        until('the write is committed', async () => await stored() === '1').finally(() => client.destroy());
    });
    upstream.on('data', (bytes) => { if (!silent) client.write(bytes); });
    client.on('error', () => {}).on('close', () => upstream.destroy());
    upstream.on('error', () => {}).on('close', () => { if (!silent) client.destroy(); });
}

before(async () => {
    if (missing()) return;
    postgres = await startPostgres();
    database = await postgres.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'dapur-lost-'));
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'dapur.conf'), '[security]\nauto_rls = false\n');
    writeFileSync(join(folder, 'migrations', '1_items.sql'), 'create table items (id int primary key, label text);\n');
    relay = net.createServer(pass);
    await new Promise((resolve) => { relay.listen(join(folder, `.s.PGSQL.${postgres.port}`), resolve); });
    const args = ['--db', `postgres://${postgres.admin}@/${database}?host=${encodeURIComponent(folder)}&port=${postgres.port}`];
    server = await startServer([binary], folder, join(folder, 'data'), args);
    keys = await readKeys([binary], folder, join(folder, 'data'), args);
});

after(async () => {
    assert.equal(await server?.stop() ?? null, null);
    relay?.close();
    if (folder) rmSync(folder, {recursive: true, force: true});
    await postgres?.stop();
});

test('a write whose commit nobody confirmed has an unknown outcome', {skip: missing() ?? false}, async () => {
    armed = true;
    const answer = await fetch(`${server.base}/rest/v1/items`, {
        method: 'POST', body: JSON.stringify({id: 1, label: MARK}),
        headers: {apikey: keys.secret, 'content-type': 'application/json'},
    });
    assert.equal(await stored(), '1');
    assert.equal(answer.status, 503);
    assert.equal((await answer.json()).code, '08007');
});

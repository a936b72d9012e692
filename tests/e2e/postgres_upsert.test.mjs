// Whether an upsert inserted anything is what the server did, not what was tried: a trigger may keep a row as it was.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, beforeEach, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startPostgres} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const skip = missing() ?? false;

// anon may read two columns, and none of the system's.
const SQL = `create table items (id int primary key, label varchar(20) default 'none', hidden text);
create table parts (id int primary key, item int references items);
create view shown as select id, label from items;
create function keep() returns trigger language plpgsql as $$ begin
    return case when new.label like (case tg_op when 'UPDATE' then 'keep%' else 'never%' end) then null else new end;
end $$;
create trigger keep before insert or update on items for each row execute function keep();
create table plain (id int primary key, label text);
revoke all on items from anon;
grant insert (id, label), update (id, label), select (id, label) on items to anon;
`;

let postgres, database, folder, server, keys;

before(async () => {
    if (skip) return;
    postgres = await startPostgres();
    database = await postgres.createDatabase();
    folder = mkdtempSync(join(tmpdir(), 'dapur-upsert-'));
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'dapur.conf'), '[security]\nauto_rls = false\n');
    writeFileSync(join(folder, 'migrations', '1_items.sql'), SQL);
    const args = ['--db', postgres.url(database)];
    server = await startServer([binary], folder, join(folder, 'data'), args);
    keys = await readKeys([binary], folder, join(folder, 'data'), args);
});

after(async () => {
    assert.equal(await server?.stop() ?? null, null, server?.log().slice(-1500));
    if (folder) rmSync(folder, {recursive: true, force: true});
    await postgres?.stop();
});

beforeEach(async () => {
    if (!skip) await postgres.sql("truncate items cascade; truncate plain; insert into items values (1, 'one'), (2, 'two'); insert into plain select id, label from items", {database});
});

async function upsert(path, rows, {prefer = [], key = keys.secret} = {}) {
    const answer = await fetch(`${server.base}/rest/v1/${path}`, {
        method: 'POST', body: JSON.stringify(rows),
        headers: {apikey: key, 'content-type': 'application/json', prefer: ['resolution=merge-duplicates', ...prefer].join(',')},
    });
    const text = await answer.text();
    return [answer.status, text ? JSON.parse(text) : null];
}

const KEPT = {id: 1, label: 'keep it'}, CHANGED = {id: 2, label: 'changed'}, NEW = {id: 3, label: 'new'};
const SHOW = ['return=representation'];

for (const path of ['items?select=id,label', 'shown?on_conflict=id']) {
    test(`${path}: an update that was dropped hides no insert`, {skip}, async () => {
        assert.deepEqual(await upsert(path, [KEPT, NEW]), [201, null]);
        assert.deepEqual(await upsert(path, [KEPT, {id: 4, label: 'four'}], {prefer: SHOW}), [201, [{id: 4, label: 'four'}]]);
        assert.deepEqual(await upsert(path, [{id: 5, label: 'five'}, KEPT, CHANGED]), [201, null]);
        assert.deepEqual(await upsert(path, [KEPT, {id: 6, label: 'six'}], {prefer: ['missing=default']}), [201, null]);
        assert.equal(await postgres.value('select count(*) from items', {database}), '6');
    });

    test(`${path}: an insert that was dropped is none`, {skip}, async () => {
        assert.deepEqual(await upsert(path, [{id: 9, label: 'never'}, CHANGED]), [200, null]);
        assert.deepEqual(await upsert(path, [KEPT, CHANGED, {id: 9, label: 'never'}], {prefer: SHOW}), [200, [CHANGED]]);
        assert.deepEqual(await upsert(path, [CHANGED, {id: 9, label: 'never'}], {prefer: ['missing=default']}), [200, null]);
    });

    test(`${path}: updates alone are no insert`, {skip}, async () => {
        assert.deepEqual(await upsert(path, [{id: 1, label: 'first'}, CHANGED]), [200, null]);
        assert.deepEqual(await upsert(path, CHANGED, {prefer: SHOW}), [200, [CHANGED]]);
        assert.deepEqual(await upsert(path, [CHANGED], {prefer: ['missing=default', ...SHOW]}), [200, [CHANGED]]);
    });
}

test('embeds and an order do not change what is counted', {skip}, async () => {
    const path = 'items?select=id,parts(id)&order=id.desc';
    assert.deepEqual(await upsert(path, [KEPT, NEW, {id: 4, label: 'four'}], {prefer: SHOW}), [201, [{id: 4, parts: []}, {id: 3, parts: []}]]);
    assert.deepEqual(await upsert(path, [KEPT, NEW], {prefer: SHOW}), [200, [{id: 3, parts: []}]]);
});

test('counting needs no right beyond the columns that are written', {skip}, async () => {
    assert.deepEqual(await upsert('items', [KEPT, NEW], {key: keys.anon}), [201, null]);
    assert.deepEqual(await upsert('items', [KEPT, NEW], {key: keys.anon}), [200, null]);
});

test('a table without such triggers', {skip}, async () => {
    assert.deepEqual(await upsert('plain', [KEPT, NEW]), [201, null]);
    assert.deepEqual(await upsert('plain', [KEPT, NEW]), [200, null]);
    assert.deepEqual(await upsert('plain', [CHANGED], {prefer: SHOW}), [200, [CHANGED]]);
});

test('a trigger that comes later counts from its first write on', {skip}, async () => {
    const sql = 'create trigger keep before update on plain for each row execute function keep(); notify pgrst';
    await postgres.sql(sql, {database});
    const loaded = () => server.log().split('"the catalog was loaded"').length;
    const before = loaded();
    for (let i = 0; i < 500 && loaded() === before; i++) await new Promise((done) => setTimeout(done, 20));
    assert.deepEqual(await upsert('plain', [KEPT, NEW]), [201, null]);
    assert.deepEqual(await upsert('plain', [KEPT, NEW]), [200, null]);
});

// A shape first runs on a connection that it has alone, and row by row; known as fast it shares one, and comes whole. The
// answers are the same. At the end of the server whatever is in flight on either is answered or cut, and nothing hangs.
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startBouncer, startPostgres, until} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const skip = missing() ?? false;
const TIMES = 6, TIMES_MOST = 60;

const SQL = `create table makers (id int primary key, name text, town text);
create table items (id int primary key, maker int references makers, label text, size numeric, tags text[], more jsonb);
insert into makers values (1, 'Ayu', 'Ubud'), (2, 'Budi', null);
insert into items values (1, 1, 'a "quote", ünï', 1.50, '{a,null,"b c"}', '{"a": null, "b": [null, 1]}'), (2, 1, null, null, null, null),
    (3, 2, '', 0, '{}', '{}'), (4, null, 'last', 1e20, null, 'null');
create function one_number() returns int language sql stable as $$ select 7 $$;
create function no_number() returns int language sql stable as $$ select null::int $$;
create function labels() returns setof text language sql stable as $$ select label from items order by id $$;
create function large(low int) returns setof items language sql stable as $$ select * from items where id >= low order by id $$;
create function first_item() returns items language sql stable as $$ select * from items where id = 1 $$;
create function nothing() returns void language sql stable as $$ select $$;
create function headed() returns text language sql stable as $$
    select set_config('response.headers', '[{"X-Kind": "tea"}]', true), set_config('response.status', '202', true); select 'tea' $$;
create function slow(seconds int) returns text language plpgsql stable as $$ begin perform pg_sleep(seconds); return 'slept'; end $$;
create function slow_alone(seconds int) returns text language sql stable as $$ select slow(seconds) $$;
`;
const ITEM = '{"id":1,"maker":1,"label":"a \\"quote\\", ünï","size":1.50,"tags":["a",null,"b c"],"more":{"a": null, "b": [null, 1]}}';
const STRIPPED = 'application/vnd.pgrst.array+json;nulls=stripped';

// path, what is answered, request headers.
const READS = [
    ['items?id=eq.1', `[${ITEM}]`],
    ['items?id=eq.1', ITEM, {accept: 'application/vnd.pgrst.object+json'}],
    ['items?id=lt.3&select=id,label&order=id.desc', '[{"id":2,"label":null},{"id":1,"label":"a \\"quote\\", ünï"}]'],
    ['items?select=id,label,size,tags,more&order=id&id=in.(2,4)', '[{"id":2},{"id":4,"label":"last","size":100000000000000000000}]', {accept: STRIPPED}],
    ['items?select=id,makers(name,town)&order=id', '[{"id":1,"makers":{"name":"Ayu","town":"Ubud"}},{"id":2,"makers":{"name":"Ayu","town":"Ubud"}},{"id":3,"makers":{"name":"Budi","town":null}},{"id":4,"makers":null}]'],
    ['items?select=id,makers(name,town)&order=id&id=gte.3', '[{"id":3,"makers":{"name":"Budi"}},{"id":4}]', {accept: STRIPPED}],
    ['makers?select=name,items(id,label)&order=id&items.order=id&items.limit=1', '[{"name":"Ayu","items":[{"id":1,"label":"a \\"quote\\", ünï"}]},{"name":"Budi","items":[{"id":3,"label":""}]}]'],
    ['items?select=id,...makers(name)&order=id.desc&limit=2', '[{"id":4,"name":null},{"id":3,"name":"Budi"}]'],
    ['items?select=id,label&order=id&id=gt.1', 'id,label\n2,\n3,""\n4,last', {accept: 'text/csv'}],
    ['items?select=id&order=id&limit=1&offset=1', '[{"id":2}]', {prefer: 'count=exact'}],
    ['rpc/one_number', '7'],
    ['rpc/no_number', 'null'],
    ['rpc/labels', '["a \\"quote\\", ünï",null,"","last"]'],
    ['rpc/large?low=4&select=id,label', '[{"id":4,"label":"last"}]'],
    ['rpc/first_item', ITEM],
    ['rpc/nothing', ''],
];

let postgres, bouncer;
before(async () => {
    if (skip) return;
    postgres = await startPostgres();
    bouncer = await startBouncer(postgres);
});
after(async () => {
    await bouncer?.stop();
    await postgres?.stop();
});

const direct = (database) => ['--db', postgres.url(database)];
const pooled = (database) => ['--db', bouncer.url(database), '--database.pooler=transaction', `--database.direct_url=${postgres.url(database)}`];

// body({server, database, folder, ask}); whoever stops the server says so by stopped.
async function withServer(argsOf, conf, body) {
    const folder = mkdtempSync(join(tmpdir(), 'dapur-lanes-'));
    const database = await postgres.createDatabase();
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'dapur.conf'), `[security]\nauto_rls = false\n[server]\nloops = 1\n${conf}`);
    writeFileSync(join(folder, 'migrations', '1_items.sql'), SQL);
    const args = argsOf(database), data = join(folder, 'data');
    const server = await startServer([binary], folder, data, args);
    const one = {server, database, folder, stopped: false};
    try {
        const keys = await readKeys([binary], folder, data, args);
        one.ask = async (path, headers = {}) => {
            const answer = await fetch(`${server.base}/rest/v1/${path}`, {headers: {apikey: keys.secret, connection: 'close', ...headers}});
            return {status: answer.status, headers: answer.headers, text: await answer.text()};
        };
        await body(one);
    } finally {
        const wrong = one.stopped ? null : await server.stop();
        rmSync(folder, {recursive: true, force: true});
        if (argsOf === pooled) await postgres.terminate(database); // the pooler's
        await postgres.dropDatabase(database);
        assert.equal(wrong, null, server.log().slice(-2000));
    }
}

async function sharedReads(folder) {
    const port = readFileSync(join(folder, 'data', 'admin.port'), 'utf8').trim();
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    return Number(/^dapur_db_reads_inline_total (\d+)$/m.exec(metrics)[1]);
}

const FAST = '[database]\nfast_us = 1000000\nread_run_ms = 600000\nshared_run_ms = 600000\n';

for (const [name, argsOf] of [['on PostgreSQL', direct], ['behind a pooler', pooled]]) {
    test(`alone and shared, the answers are the same: ${name}`, {skip}, () => withServer(argsOf, FAST, async ({folder, ask}) => {
        for (const [path, text, headers] of READS) {
            const enough = await sharedReads(folder) + TIMES - 3;
            for (let i = 0; i < TIMES || await sharedReads(folder) < enough; i++) {
                assert.ok(i < TIMES_MOST, `${path} did not share a connection`);
                const answer = await ask(path, headers);
                assert.equal(answer.text, text, `${path}, time ${i}`);
                assert.ok(answer.status < 300, `${path}: ${answer.status}`);
                if (headers?.prefer) assert.equal(answer.headers.get('content-range'), '1-1/4');
            }
        }
        for (let i = 0; i < TIMES; i++) {
            const {status, headers, text} = await ask('rpc/headed');
            assert.deepEqual([status, headers.get('x-kind'), text], [202, 'tea', '"tea"']);
        }
    }));
}

test('SIGTERM: what is in flight, alone and shared, is answered or cut', {skip}, () => withServer(direct, `drain_ms = 500\n${FAST}`, async (one) => {
    const {ask, folder, server, database} = one;
    let before = await sharedReads(folder);
    await until('a fast function did not share a connection', async () => {
        await ask('rpc/slow?seconds=0');
        return await sharedReads(folder) > before + TIMES;
    });
    before = await sharedReads(folder);
    const paths = Array.from({length: 8}, (_, i) => `rpc/${i % 2 ? 'slow' : 'slow_alone'}?seconds=600`);
    const answers = Promise.allSettled(paths.map((path) => ask(path)));
    const active = async () => (await postgres.sessions(database)).filter((s) => s.state === 'active' && s.query.includes('slow')).length;
    // The first of each shared connection, and the solo ones.
    await until('the reads did not begin', async () => await active() >= 5 && await sharedReads(folder) >= before + 4);
    one.stopped = true;
    assert.equal(await server.stop(), null, server.log().slice(-2000));
    for (const {status, value, reason} of await answers) {
        if (status === 'fulfilled') assert.ok([500, 503].includes(value.status), value.text);
        else assert.match(String(reason?.cause ?? reason), /other side closed|ECONNRESET|terminated|closed/);
    }
    // What shared a connection has ended at the latest after shared_run_ms.
    await until('a session was left', async () => !(await postgres.sessions(database)).some((s) => s.query.includes('slow_alone')), 5000);
}));

// A million rows sorted, grouped and made distinct: the runs are in files, and memory stays bounded.
import assert from 'node:assert/strict';
import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, sleep} from './lib/harness.mjs';
import {Dapur, sanitized} from './lib/dapur.mjs';

const GREW_MB_MOST = 64;

export async function run(binary, {short}) {
    const rows = short ? 200000 : 1000000;
    await check(`${rows} rows without an index, sorted by the API`, async () => {
        const dapur = new Dapur(binary);
        writeFileSync(join(dapur.folder, 'migrations', '20260101000100_big.sql'), `
            create table public.big (id bigint primary key, name text not null);
            alter table public.big enable row level security;
            insert into public.big (id, name) select n, 'a name that takes some bytes of a page, and the number ' || (n::bigint * 7919) % ${rows} from generate_series(1, ${rows}) as g (n);
            create function public.names() returns bigint language sql stable as
                'select count(*) from (select distinct name from public.big) as d';`);
        try {
            await dapur.start({extra: ['--database.mmap_bytes=0']}); // a map's pages count as resident
            await dapur.all('/rest/v1/big?select=id&id=eq.1');
            const before = dapur.rssMb();
            let on = true, most = 0, temp = 0;
            const watch = (async () => {
                while (on) {
                    most = Math.max(most, dapur.rssMb());
                    temp = Math.max(temp, await dapur.metric('dapur_db_temp_bytes'));
                    await sleep(20);
                }
            })();
            const sorted = await dapur.all('/rest/v1/big?select=name&order=name,id');
            const distinct = await dapur.asService('POST', '/rest/v1/rpc/names', {});
            on = false;
            await watch;
            assert.equal(sorted.length, rows);
            for (let i = 1; i < rows; i++) assert.ok(sorted[i - 1].name <= sorted[i].name, `row ${i}`);
            assert.equal(distinct.text, String(rows));
            assert.ok(temp > rows * 20, 'no temporary files');
            assert.deepEqual(readdirSync(join(dapur.data, 'tmp')), []);
            if (!sanitized(binary)) assert.ok(most - before < GREW_MB_MOST, `grew from ${before.toFixed(0)} to ${most.toFixed(0)} MB`);
            return `from ${before.toFixed(0)} MB to at most ${most.toFixed(0)} MB, ${(temp / 1e6).toFixed(0)} MB of files`;
        } finally {
            await dapur.remove();
        }
    });
}

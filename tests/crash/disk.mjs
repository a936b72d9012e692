// A disk that fills up: writes are refused before it is full, reads go on, and it ends by itself.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, sleep} from './lib/harness.mjs';
import {onSmallDisk} from './lib/dapur.mjs';

const FLOOR = 16e6, WAIT_MS = 20000;

async function until(what, ask) {
    for (const end = Date.now() + WAIT_MS; !await ask();) {
        if (Date.now() > end) throw new Error(`never: ${what}`);
        await sleep(20);
    }
}

export async function run(binary) {
    await check('writes are refused while less than 16 MB of a 48 MB disk are free', async () => {
        const dapur = await onSmallDisk(binary, '48m', [`--database.disk_free_bytes_min=${FLOOR}`]);
        try {
            const token = dapur.token(randomUUID()), ballast = join(dapur.data, 'ballast');
            const write = () => dapur.ask('POST', '/rest/v1/entries', {token, body: {id: randomUUID(), n: 1, payload: 'x'}});
            const low = async () => await dapur.metric('dapur_db_disk_low') === 1;
            assert.equal((await write()).status, 201);
            assert.ok(await dapur.metric('dapur_db_disk_free_bytes') > FLOOR);
            writeFileSync(ballast, Buffer.alloc(36e6));
            await until('low', low);
            const refused = await write();
            assert.equal(refused.status, 503, refused.text);
            assert.match(JSON.parse(refused.text).message, /disk/);
            assert.ok(refused.headers['retry-after'], 'no Retry-After');
            assert.match(await dapur.admin('/health/ready'), /^{"status":"ready","writes":"refused/);
            const read = await dapur.ask('GET', '/rest/v1/entries?select=n', {token});
            assert.deepEqual([read.status, read.text], [200, '[{"n":1}]']);
            rmSync(ballast);
            await until('room again', async () => !await low());
            assert.equal((await write()).status, 201);
            assert.equal(await dapur.admin('/health/ready'), '{"status":"ready"}');
        } finally {
            await dapur.remove();
        }
    });
    await check('writers fill a disk to its floor and not to its end', async () => {
        const dapur = await onSmallDisk(binary, '48m', [`--database.disk_free_bytes_min=${FLOOR}`]);
        try {
            const token = dapur.token(randomUUID()), written = [], payload = 'x'.repeat(200000), statuses = new Set();
            for (let i = 0; i < 400 && !statuses.has(503); i++) {
                const id = randomUUID();
                const answer = await dapur.ask('POST', '/rest/v1/entries', {token, body: {id, n: 1, payload}});
                statuses.add(answer.status);
                if (answer.status === 201) written.push(id);
            }
            assert.deepEqual([...statuses], [201, 503]);
            const found = new Set((await dapur.all('/rest/v1/entries?select=id')).map((row) => row.id));
            assert.ok(written.every((id) => found.has(id)), 'acknowledged, and gone');
            await until('the log is given back', async () => {
                await dapur.ask('POST', '/rest/v1/entries', {token, body: {id: randomUUID(), n: 1, payload: 'x'}});
                return await dapur.metric('dapur_db_wal_bytes') === 0;
            });
            return `${written.length} rows`;
        } finally {
            await dapur.remove();
        }
    });
}

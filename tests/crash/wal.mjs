// Readers that overlap without a pause keep the write-ahead log small.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {statSync} from 'node:fs';
import {join} from 'node:path';
import {check, sleep} from './lib/harness.mjs';
import {Dapur, sanitized} from './lib/dapur.mjs';

const LOG_BYTES_MOST = 64 * 1024 * 1024;
const WRITERS = 16, SHORT_READERS = 16, LONG_READERS = 8, PAYLOAD = 'x'.repeat(60000);

export async function run(binary, {short}) {
    // How long a snapshot stays is what matters, so a sanitizer's build counts less far in the same time.
    const steps = sanitized(binary) ? 20000 : 200000;
    const wanted = (short ? 150 : 400) * 1e6;
    await check(`overlapping readers keep the log under 64 MB while ${wanted / 1e6} MB are written`, async () => {
        const dapur = await new Dapur(binary).start();
        try {
            let on = true, written = 0, longest = 0, reads = 0;
            const token = dapur.token(randomUUID()), wrong = new Set();
            const loop = async (once) => { while (on) await once(); };
            const take = (answer, status) => { if (answer.status !== status) wrong.add(`${answer.status} ${answer.text.slice(0, 200)}`); };
            const write = async () => {
                const answer = await dapur.ask('POST', '/rest/v1/entries', {token, body: {id: randomUUID(), n: 1, payload: PAYLOAD}});
                if (answer.status === 503) return; // the log is being folded: told, and not lost
                take(answer, 201);
                written += PAYLOAD.length;
                if (written > wanted) on = false;
            };
            const readShort = async () => { take(await dapur.ask('GET', '/rest/v1/entries?select=id,n&limit=50', {token}), 200); reads++; };
            const readLong = async () => { take(await dapur.ask('POST', '/rest/v1/rpc/long_read', {token, body: {steps}}), 200); reads++; };
            const watch = async () => {
                longest = Math.max(longest, statSync(join(dapur.data, 'dapur.db-wal')).size);
                await sleep(20);
            };
            const all = (count, once) => Array.from({length: count}, () => loop(once));
            await Promise.all([...all(WRITERS, write), ...all(SHORT_READERS, readShort), ...all(LONG_READERS, readLong), loop(watch)]);
            assert.deepEqual([...wrong], []);
            assert.ok(longest < LOG_BYTES_MOST, `the log grew to ${(longest / 1e6).toFixed(1)} MB`);
            return `at most ${(longest / 1e6).toFixed(1)} MB, ${reads} reads`;
        } finally {
            await dapur.remove();
        }
    });
}

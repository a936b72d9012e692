// A large table goes to a client that reads 10 KB/s; the others, and the server's memory, do not notice.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import net from 'node:net';
import {join} from 'node:path';
import {check, sleep} from './lib/harness.mjs';
import {Dapur, sanitized} from './lib/dapur.mjs';

const STEP_BYTES = 1024, STEP_MS = 100; // 10 KB/s
const OTHERS = 32, RSS_MB_MOST = 128;

// Reads the head and then 10 KB/s; quick() lets the rest come as fast as it can. result: the body.
function download(dapur, path) {
    const url = new URL(dapur.base), parts = [];
    const socket = net.connect({port: url.port, host: url.hostname, readableHighWaterMark: STEP_BYTES});
    let quick = false, got = 0;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\napikey: ${dapur.keys.secret}\r\nConnection: close\r\n\r\n`);
    const result = new Promise((resolve, reject) => {
        socket.on('error', reject);
        socket.on('data', (part) => {
            parts.push(part);
            got += part.length;
            if (quick) return;
            socket.pause();
            setTimeout(() => socket.resume(), STEP_MS * Math.max(1, part.length / STEP_BYTES));
        });
        socket.on('end', () => resolve(Buffer.concat(parts)));
    });
    return {result, got: () => got, quick: () => { quick = true; socket.resume(); }, socket};
}

// The body of an answer with a length or in chunks (RFC 9112, 6 and 7.1).
function bodyOf(answer) {
    const split = answer.indexOf('\r\n\r\n'), head = answer.subarray(0, split).toString();
    let rest = answer.subarray(split + 4);
    assert.match(head, /^HTTP\/1\.1 200 /);
    if (!/transfer-encoding: chunked/i.test(head)) return rest;
    const chunks = [];
    for (;;) {
        const line = rest.indexOf('\r\n'), size = parseInt(rest.subarray(0, line).toString(), 16);
        if (size === 0) return Buffer.concat(chunks);
        chunks.push(rest.subarray(line + 2, line + 2 + size));
        rest = rest.subarray(line + 4 + size);
    }
}

export async function run(binary, {short}) {
    const rows = short ? 100000 : 1000000, slowMs = short ? 3000 : 8000;
    await check(`${rows} rows to a client that reads 10 KB/s`, async () => {
        const dapur = new Dapur(binary);
        writeFileSync(join(dapur.folder, 'migrations', '20260101000100_big.sql'), `
            create table public.big (id bigint primary key, name text not null, price numeric(12, 2) not null);
            alter table public.big enable row level security;
            insert into public.big (id, name, price) select n, 'row number ' || n, n * 0.25 from generate_series(1, ${rows}) as g (n);`);
        try {
            await dapur.start();
            const slow = download(dapur, '/rest/v1/big?select=id,name,price&order=id');
            let on = true, most = 0, asked = 0;
            const waits = [], token = dapur.token(randomUUID());
            const others = Array.from({length: OTHERS}, async (_, i) => {
                while (on) {
                    const started = Date.now();
                    const answer = i % 2
                        ? await dapur.ask('GET', '/rest/v1/parents', {token})
                        : await dapur.ask('POST', '/rest/v1/entries', {token, body: {id: randomUUID(), n: 1, payload: 'beside'}});
                    assert.equal(answer.status, i % 2 ? 200 : 201, answer.text);
                    waits.push(Date.now() - started);
                    asked++;
                }
            });
            const watch = (async () => { while (on) { most = Math.max(most, dapur.rssMb()); await sleep(50); } })();
            await sleep(slowMs);
            while (slow.got() === 0) await sleep(50);
            const early = slow.got();
            on = false;
            await Promise.all([...others, watch]);
            slow.quick();
            const answer = await slow.result;
            const found = JSON.parse(bodyOf(answer).toString());
            assert.equal(found.length, rows);
            assert.deepEqual(found.at(-1), {id: rows, name: `row number ${rows}`, price: rows * 0.25});
            assert.ok(early < answer.length / 4, 'the client was not slow');
            if (!sanitized(binary)) assert.ok(most < RSS_MB_MOST, `the server grew to ${most.toFixed(0)} MB`);
            waits.sort((a, b) => a - b);
            return `${(answer.length / 1e6).toFixed(0)} MB; ${asked} requests beside it, median ${waits[waits.length >> 1]} ms, longest ${waits.at(-1)} ms; server at most ${most.toFixed(0)} MB`;
        } finally {
            await dapur.remove();
        }
    });
}

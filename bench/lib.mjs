// What the measurements share: servers on core 0, load on core 1, turns, ratios, floors.
//
// BENCH_ROUNDS (3) and BENCH_SECONDS (3) change the length.
import {execFileSync, spawn} from 'node:child_process';
import {createHmac} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';

const HERE = new URL('.', import.meta.url).pathname;
export const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3), SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const TICK_US = 10000; // USER_HZ is 100 on Linux
const READY_MS = 30000;
export const NOT_ON = [0x01021994, 0x858458f6]; // file systems without a disk: tmpfs, ramfs
export const SUBJECT = '00000000-0000-4000-8000-000000000001'; // owns the rows 1, 101, 201...
const BODY = '{"title":"one more item","price":12.50}';

// One core, and before whatever else the machine does, where that is allowed.
export const on = (core, ...command) => ['taskset', '-c', String(core), ...(process.getuid() === 0 ? ['nice', '-n', '-20'] : []), ...command];

// ---- processes -----------------------------------------------------------------------------------------

export const children = new Set();
export const stopAll = () => { for (const child of children) child.kill('SIGTERM'); };
process.on('exit', stopAll);
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));

// A server on a core (0); resolves with its address when it prints "ready URL".
export function serve(name, command, args, {quiet = false, core = 0, env = process.env} = {}) {
    const [file, ...words] = on(core, command, ...args);
    const child = spawn(file, words, {env, stdio: ['ignore', 'pipe', quiet ? 'ignore' : 'inherit']});
    children.add(child);
    child.on('exit', () => children.delete(child));
    return new Promise((resolve, reject) => {
        let out = '';
        const timer = setTimeout(() => reject(new Error(`${name} was not ready in time`)), READY_MS);
        child.on('exit', (code) => reject(new Error(`${name} ended with ${code}`)));
        child.stdout.on('data', (part) => {
            out += part;
            const ready = /^ready (http:\S+)$/m.exec(out);
            if (!ready) return;
            clearTimeout(timer);
            resolve({name, child, base: ready[1], pids: [child.pid]});
        });
    });
}

export function end(server) {
    return new Promise((resolve) => {
        if (server.child.exitCode !== null) return resolve();
        server.child.on('exit', resolve);
        server.child.kill('SIGTERM');
    });
}

// User and system time of the processes, µs.
export function cpuUs(pids) {
    return pids.reduce((sum, pid) => {
        const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
        return sum + (Number(fields[11]) + Number(fields[12])) * TICK_US;
    }, 0);
}

// The same of a process, its children, and those of them that have ended.
export function treeCpuUs(pid) {
    for (;;) {
        try {
            const living = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);
            const us = cpuUs([pid, ...living]);
            const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ');
            return us + (Number(fields[13]) + Number(fields[14])) * TICK_US;
        } catch (error) {
            if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error; // a child ended meanwhile: look again
        }
    }
}

// ---- loading -----------------------------------------------------------------------------------------------

export function wrk(server, token, method, path, seconds) {
    const before = cpuUs(server.pids);
    const [file, ...words] = on(1, 'wrk', '-t1', '-c64', '--timeout', '30s', `-d${seconds}s`, '-s', join(HERE, 'requests.lua'),
        server.base + '/', '--', token, server.key, method, path, server.body ?? BODY);
    const out = execFileSync(file, words, {encoding: 'utf8'});
    const cpu = cpuUs(server.pids) - before;
    const [, requests, us, refused, broken] = /^RESULT (\d+) (\d+) (\d+) (\d+)$/m.exec(out).map(Number);
    if (refused || broken) throw new Error(`${server.name} ${method} ${path}: ${refused} answers were not 2xx, ${broken} connections broke`);
    return {rate: requests / (us / 1e6), cpu: cpu / requests, requests};
}

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

// Each server in turn, ROUNDS times; the last of `servers` is dapur.
export const measure = (title, servers, token, method, pathOf) => takeTurns(title, servers.map((server) =>
    ({name: server.name, load: (seconds) => wrk(server, token, method, pathOf(server), seconds)})));

// servers: [{name, load(seconds) -> {rate, cpu}}].
export function takeTurns(title, servers) {
    const rounds = servers.map(() => []);
    for (const server of servers) server.load(1); // warm
    for (let round = 0; round < ROUNDS; round++)
        servers.forEach((server, index) => rounds[index].push(server.load(SECONDS)));
    const own = rounds.at(-1), result = {ratio: {}};
    console.log(`\n${title}`);
    servers.forEach((server, index) => {
        const rate = median(rounds[index].map((r) => r.rate)), cpu = median(rounds[index].map((r) => r.cpu));
        const ratio = median(own.map((r, round) => r.rate / rounds[index][round].rate));
        result[server.name] = {rate, cpu};
        if (server.name !== 'dapur') result.ratio[server.name] = ratio;
        console.log(`  ${server.name.padEnd(11)} ${rate.toFixed(0).padStart(8)} req/s  ${cpu.toFixed(1).padStart(7)} CPU us/request`
            + (server.name === 'dapur' ? '' : `   dapur: ${ratio.toFixed(2)} of its rate, ${(result[server.name].cpu / median(own.map((r) => r.cpu))).toFixed(2)} by CPU`));
    });
    return result;
}

export async function get(server, token, path) {
    const answer = await fetch(server.base + path.replace('%d', '1'), {headers: {apikey: server.key, authorization: `Bearer ${token}`}});
    if (answer.status !== 200) throw new Error(`${server.name} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.text();
}

// ---- the end ----------------------------------------------------------------------------------------------

export function hs256(secret, claims) {
    const text = [{alg: 'HS256', typ: 'JWT'}, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
}

// floors: [{what, value(results), least | most}]. Answers how many were missed.
export function report(results, floors) {
    console.log('\nfloors');
    let missed = 0;
    for (const {what, value, least, most} of floors) {
        const found = value(results), good = least ? found >= least : found <= most;
        missed += !good;
        console.log(`  ${good ? 'ok    ' : 'MISSED'} ${what.padEnd(34)} ${found.toFixed(2).padStart(8)}  ${least ? 'at least' : 'at most'} ${least ?? most}`);
    }
    return missed;
}

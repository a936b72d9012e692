// One project in a folder of its own, its server (which may be killed and started again), and clients
// that keep their connections.
import {execFile, execFileSync, spawn} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import http from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Skip} from './harness.mjs';
import {makeToken, readKeys} from '../../api/lib/server.mjs';

const PROJECT = new URL('../project/', import.meta.url).pathname;
const READY_MS = 60000, END_MS = 30000;
// A sanitizer's build takes ten times as long for everything: its limits of time are not what is looked at.
const SLOW_TIMES = 5;
const PATIENCE = ['--database.wait_ms=60000', '--database.read_run_ms=300000'];

export class Dapur {
    // args: for `serve` and the commands, such as where the database is.
    constructor(binary, {project = PROJECT, args = []} = {}) {
        this.binary = binary;
        this.args = args;
        this.folder = mkdtempSync(join(tmpdir(), 'dapur-crash-'));
        this.data = join(this.folder, 'data');
        this.errors = '';
        cpSync(project, this.folder, {recursive: true});
    }

    // before: words put in front of the program, such as "unshare"; ownMounts: its data folder is seen by it alone.
    async start({before = [], extra = [], ownMounts = false} = {}) {
        const slow = sanitized(this.binary);
        this.times = slow ? SLOW_TIMES : 1;
        const patience = slow ? PATIENCE.filter((flag) => !extra.some((own) => own.startsWith(flag.split('=')[0]))) : [];
        const [file, ...args] = [...before, this.binary, 'serve', this.folder, '--listen', '127.0.0.1:0', ...patience, ...this.args, ...extra];
        this.child = spawn(file, args, {stdio: ['ignore', 'pipe', 'pipe']});
        this.child.stderr.on('data', (part) => { this.errors = (this.errors + part).slice(-20000); });
        this.base = await new Promise((resolve, reject) => {
            let out = '';
            const timer = setTimeout(() => reject(new Error(`not ready\n${this.errors}`)), READY_MS * this.times);
            this.child.on('error', reject);
            this.child.on('exit', (code, signal) => { clearTimeout(timer); reject(new Error(`ended with ${signal ?? code}\n${this.errors}`)); });
            this.child.stdout.on('data', (part) => {
                out += part;
                const ready = /^ready (http:\S+)$/m.exec(out);
                if (ready) { clearTimeout(timer); resolve(ready[1]); }
            });
        });
        if (ownMounts) this.data = `/proc/${this.child.pid}/root${this.data}`;
        this.agent = new http.Agent({keepAlive: true, maxSockets: 256});
        this.keys ??= await readKeys([this.binary], this.folder, this.data, this.args);
        return this;
    }

    gone() { return this.child.exitCode !== null || this.child.signalCode !== null; }
    exited() { return this.gone() ? Promise.resolve() : new Promise((done) => this.child.once('exit', done)); }

    async kill() {
        this.child.kill('SIGKILL');
        await this.exited();
        this.agent.destroy();
    }

    // Ends it in order; throws when it does not, or when a sanitizer had something to say.
    async stop() {
        if (!this.child || this.gone()) return;
        this.agent.destroy();
        this.child.kill('SIGTERM');
        const timer = setTimeout(() => this.child.kill('SIGKILL'), END_MS * this.times);
        await this.exited();
        clearTimeout(timer);
        if (this.child.exitCode !== 0) throw new Error(`the server ended with ${this.child.signalCode ?? this.child.exitCode}\n${this.errors}`);
    }
    async remove() {
        try {
            await this.stop();
        } finally {
            rmSync(this.folder, {recursive: true, force: true});
        }
    }

    token(subject, claims = {}) { return makeToken(this.keys.jwt_secret, {sub: subject, ...claims}); }

    // {status, headers, text}; rejects when the connection breaks before the whole answer is there.
    ask(method, path, {body, token, key = this.keys.publishable, headers = {}} = {}) {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const all = {apikey: key, ...(token ? {Authorization: `Bearer ${token}`} : {}),
            ...(text === undefined ? {} : {'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text)}), ...headers};
        return new Promise((resolve, reject) => {
            const request = http.request(this.base + path, {method, headers: all, agent: this.agent}, (answer) => {
                const parts = [];
                answer.on('data', (part) => parts.push(part));
                answer.on('error', reject);
                answer.on('aborted', () => reject(new Error('cut')));
                answer.on('end', () => resolve({status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString('utf8')}));
            });
            request.on('error', reject);
            request.end(text);
        });
    }
    asService(method, path, body) { return this.ask(method, path, {body, key: this.keys.secret}); }

    // Every row that service_role sees: no policy hides one.
    async all(path) {
        const answer = await this.asService('GET', path);
        if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.text}`);
        return JSON.parse(answer.text);
    }

    async admin(path) {
        const port = readFileSync(join(this.data, 'admin.port'), 'utf8').trim();
        return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
    }
    async metric(name) {
        const text = await this.admin('/metrics');
        const line = new RegExp(`^${name} (\\d+)$`, 'm').exec(text);
        if (!line) throw new Error(`no metric ${name}`);
        return Number(line[1]);
    }
    rssMb() { return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))[1]) / 1024; }

    // A subcommand; {code, out}.
    command(...args) {
        return new Promise((resolve) => execFile(this.binary, args, {maxBuffer: 1 << 26}, (error, out, err) =>
            resolve({code: error ? error.code ?? 1 : 0, out: out + err})));
    }
    async assertIntegrity() {
        const {code, out} = await this.command('check', this.folder, '--integrity');
        if (code !== 0 || out.trim() !== 'ok') throw new Error(`dapur check --integrity: ${code}\n${out}`);
    }
}

// One whose data folder is on a disk of its own, of "8m"; started, with more flags if need be.
export async function onSmallDisk(binary, size, extra = []) {
    const mount = ['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=${size},mode=700 tmpfs "$0" && exec "$@"`];
    const dapur = new Dapur(binary);
    mkdirSync(dapur.data, {mode: 0o700});
    try {
        execFileSync(mount[0], [...mount.slice(1), dapur.data, 'true'], {stdio: 'ignore'});
    } catch {
        await dapur.remove();
        throw new Skip('mounting a small disk is not allowed here');
    }
    return dapur.start({before: [...mount, dapur.data], ownMounts: true, extra});
}

// The binary of a sanitizer build needs several times the memory.
export const sanitized = (binary) => /asan|tsan/.test(binary);

// The command line as a person uses it: every subcommand, with and without a running server.
import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, before, test} from 'node:test';

const dapur = path.resolve(process.env.DAPUR_BINARY ?? 'build/release/dapur');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dapur-cli-'));
const project = path.join(folder, 'shop');

function run(...args) {
    const options = typeof args.at(-1) === 'object' ? args.pop() : {};
    const done = spawnSync(dapur, args, {encoding: 'utf8', cwd: folder, timeout: 30000, ...options});
    return {code: done.status, out: done.stdout, err: done.stderr};
}
function ok(...args) {
    const done = run(...args);
    assert.equal(done.code, 0, `dapur ${args.join(' ')}: ${done.err}${done.out}`);
    return done.out;
}

const newMigration = (name) => path.join(folder, ok('migrate', 'new', name, 'shop').trim());

// Resolves with {base, stop} when the server accepts requests.
function serve(...args) {
    return new Promise((resolve, reject) => {
        const child = spawn(dapur, ['serve', project, '--listen', '127.0.0.1:0', ...args], {cwd: folder, stdio: ['ignore', 'pipe', 'pipe']});
        let out = '', log = '';
        child.stderr.on('data', (bytes) => { log += bytes; });
        child.stdout.on('data', (bytes) => {
            out += bytes;
            const ready = out.match(/^ready (http:\S+)$/m);
            if (ready) resolve({base: ready[1], stop, log: () => log, pid: child.pid});
        });
        const ended = new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code)));
        ended.then((code) => reject(new Error(`serve ended (${code}): ${log}`)));
        const stop = () => { child.kill('SIGTERM'); return ended; };
    });
}

before(() => { ok('new', 'shop'); });
after(() => fs.rmSync(folder, {recursive: true, force: true}));

test('help lists every command, and a wrong one is refused with the list', () => {
    const out = ok('help');
    for (const name of ['serve', 'new', 'migrate', 'check', 'sql', 'keys', 'user', 'backup', 'restore', 'version'])
        assert.match(out, new RegExp(`^  ${name}\\b`, 'm'));
    const wrong = run('srve');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /no command "srve"/);
    assert.match(ok('serve', '--help'), /--listen/);
});

test('words that no command takes are refused, not ignored', () => {
    for (const [args, word] of [
        [['serve', 'shop', 'rest.max_rows=5'], 'rest.max_rows=5'], [['new', 'a', 'b'], 'b'], [['migrate', 'up', 'shop', 'again'], 'again'],
        [['migrate', 'new', 'x', 'shop', 'y'], 'y'], [['check', 'shop', 'y'], 'y'], [['sql', 'shop', 'select 1'], 'select 1'],
        [['keys', 'shop', 'y'], 'y'], [['user', 'list', 'shop', 'y'], 'y'], [['backup', 'f', 'shop', 'y'], 'y'], [['restore', 'f', 'shop', 'y'], 'y'],
        [['version', 'y'], 'y'], [['help', 'serve', 'y'], 'y']]) {
        const done = run(...args);
        assert.equal(done.code, 2, args.join(' '));
        assert.ok(done.err.includes(`one word too many: "${word}"`), done.err);
        assert.match(done.err, /Usage: dapur/);
    }
    const dash = run('serve', '-listen', '127.0.0.1:0');
    assert.equal(dash.code, 2);
    assert.match(dash.err, /unknown flag "-listen"[^]*two dashes/);
});

test('secrets on the command line leave the process list', {skip: !fs.existsSync('/proc/self/cmdline')}, async () => {
    const server = await serve('--security.secret', 'hunter2hunter2hunter2', '--database.direct_url=postgres://me:hunter2@db/shop');
    const shown = fs.readFileSync(`/proc/${server.pid}/cmdline`, 'utf8');
    const log = server.log();
    await server.stop();
    assert.match(shown, /--security\.secret\0x+\0/);
    assert.doesNotMatch(shown, /hunter2/);
    assert.doesNotMatch(log, /hunter2/);
});

test('flags of one verb are refused at another', () => {
    for (const args of [['migrate', 'up', 'shop', '--json'], ['migrate', 'status', 'shop', '--allow-drift'], ['user', 'list', 'shop', '--email', 'a@b.c']]) {
        const done = run(...args);
        assert.equal(done.code, 2, args.join(' '));
        assert.match(done.err, /belongs to "/);
    }
    assert.equal(run('sql', 'shop', '--batch', '--command', 'select 1').code, 2);
    assert.match(run('migrate', 'upp', 'shop').err, /"migrate" has no verb "upp"/);
});

test('a mistyped command or flag is told with the nearest one', () => {
    assert.match(run('migrat').err, /Perhaps you meant "migrate"/);
    const asked = run('help', 'migrat');
    assert.equal(asked.code, 2);
    assert.match(asked.err, /no command "migrat"/);
    assert.match(run('serve', 'shop', '--no-migrat').err, /Perhaps you meant --no-migrate/);
});

test('a project that is not there is not an empty one', () => {
    for (const args of [['serve', 'nowhere'], ['check', 'nowhere'], ['keys', 'nowhere'], ['migrate', 'status', 'nowhere']]) {
        const done = run(...args);
        assert.equal(done.code, 2, args.join(' '));
        assert.match(done.err, /folder "nowhere"/);
    }
    assert.ok(!fs.existsSync(path.join(folder, 'nowhere')));
});

test('help settings prints the defaults wherever it is asked', () => {
    const there = path.join(folder, 'settings');
    fs.mkdirSync(there);
    fs.writeFileSync(path.join(there, 'dapur.conf'), '[rest]\nmax_rows = wrong\n');
    const done = run('help', 'settings', {cwd: there});
    assert.equal(done.code, 0, done.err);
    assert.match(done.out, /^max_rows = 1000$/m);
});

test('new makes a project and never overwrites one', () => {
    assert.ok(fs.existsSync(path.join(project, 'migrations')));
    const again = run('new', 'shop');
    assert.equal(again.code, 2);
    assert.match(again.err, /exists already/);
    ok('new', 'warehouse', '--template', 'gudang');
    assert.ok(fs.existsSync(path.join(folder, 'warehouse', 'public', 'index.html')));
    assert.match(run('new', 'x', '--template', 'y').err, /no template "y"/);
});

test('an unknown setting is refused with a suggestion', () => {
    const wrong = run('serve', 'shop', '--rest.max_row=5');
    assert.equal(wrong.code, 2);
    assert.match(wrong.err, /unknown flag "--rest.max_row"/);
    assert.match(wrong.err, /rest\.max_rows/);
    const environment = run('serve', 'shop', {env: {...process.env, DAPUR_REST_MAX_ROWS: 'many'}});
    assert.equal(environment.code, 2);
    assert.match(environment.err, /DAPUR_REST_MAX_ROWS/);
    const unknown = run('serve', 'shop', {env: {...process.env, DAPUR_REST_MAX_ROW: '5'}});
    assert.equal(unknown.code, 2);
    assert.match(unknown.err, /DAPUR_REST_MAX_ROW sets nothing[^]*DAPUR_REST_MAX_ROWS/);
    assert.match(run('serve', 'shop', '--log.level', 'inof').err, /"log\.level" must be debug, info, warn or error, not "inof"/);
});

test('a switch takes no value: --no-migrate=false would have meant the opposite', () => {
    const {code, err} = run('serve', 'shop', '--no-migrate=false');
    assert.notEqual(code, 0);
    assert.match(err, /flag "--no-migrate" takes no value/);
});

test('keys are made once, and only their owner may read them', () => {
    const keys = JSON.parse(ok('keys', 'shop', '--json'));
    assert.deepEqual(Object.keys(keys), ['anon', 'service_role', 'publishable', 'secret', 'jwt_secret']);
    assert.match(keys.publishable, /^sb_publishable_[\w-]{22}_[\w-]{8}$/);
    assert.deepEqual(JSON.parse(ok('keys', 'shop', '--json')), keys);
    assert.equal(fs.statSync(path.join(project, 'data', 'keys')).mode & 0o777, 0o600);
});

test('check names each refusal with its place, and goes on', () => {
    const bad = path.join(folder, 'bad');
    fs.mkdirSync(path.join(bad, 'migrations'), {recursive: true});
    fs.writeFileSync(path.join(bad, 'migrations', '1_a.sql'),
        'create table t (id int primary key);\n\ncreate table u (id int references nowhere (id));\ncreate table v (x int);\n');
    fs.writeFileSync(path.join(bad, 'seed.sql'), "insert into t values (1);\ninsert into t values ('x');\n");
    const done = run('check', 'bad', '--json');
    assert.equal(done.code, 1);
    const lines = done.out.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines.at(-1), {total: 5, ok: 3, refused: 2, warnings: 2});
    assert.deepEqual(lines.filter((l) => l.ok === false).map((l) => [l.file, l.line, l.sqlstate]),
        [['1_a.sql', 3, '42P01'], ['seed.sql', 2, '22P02']]);
    assert.deepEqual(lines[0], {file: '1_a.sql', line: 1, kind: 'CreateStmt', ok: true, sqlstate: null, message: null});
    assert.deepEqual(Object.keys(lines[1]), ['file', 'line', 'kind', 'ok', 'sqlstate', 'message', 'hint']);
    assert.match(lines[1].message, /"nowhere" does not exist/);
    assert.match(ok('check', 'shop'), /0 refused/);
    fs.mkdirSync(path.join(folder, 'empty'));
    assert.match(ok('check', 'empty'), /^0 statements/);
});

test('migrations: pending, applied, changed, out of order', () => {
    const file = newMigration('add_tags');
    assert.match(path.basename(file), /^\d{14}_add_tags\.sql$/);
    fs.writeFileSync(file, 'alter table public.notes add column tags text[] not null default \'{}\';\n');
    assert.match(ok('migrate', 'status', 'shop'), /pending .*add_tags/);
    assert.match(ok('migrate', 'up', 'shop'), /applied .*add_tags/);
    assert.match(ok('migrate', 'up', 'shop'), /nothing to apply/);
    fs.appendFileSync(file, '-- changed\n');
    const changed = run('migrate', 'up', 'shop');
    assert.equal(changed.code, 1);
    assert.match(changed.err, /was changed after it had been applied/);
    ok('migrate', 'up', 'shop', '--allow-drift');
    const early = path.join(project, 'migrations', '20200101000000_early.sql');
    fs.writeFileSync(early, 'select 1;\n');
    assert.match(run('migrate', 'up', 'shop').err, /comes before one that has been applied/);
    fs.rmSync(early);
    fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace('-- changed\n', ''));
    ok('migrate', 'up', 'shop');
});

test('a migration that fails leaves nothing behind', () => {
    const file = newMigration('broken');
    fs.writeFileSync(file, 'create table public.half (id int);\nselect nonsense;\n');
    const failed = run('migrate', 'up', 'shop');
    assert.equal(failed.code, 1);
    assert.match(failed.err, /broken\.sql:2:8: column "nonsense" does not exist/);
    assert.equal(run('sql', 'shop', '--command', 'select * from public.half').code, 1);
    fs.rmSync(file);
});

test('a file that stops halfway is told in its own words, and its place is its end', () => {
    for (const text of ['select 1;\nselect 1 +', 'select 1;\nselect * from (select 1', "select 1;\ncreate table t (id int,"]) {
        const file = newMigration('halfway');
        fs.writeFileSync(file, text);
        const failed = run('migrate', 'up', 'shop');
        fs.rmSync(file);
        assert.equal(failed.code, 1, text);
        assert.match(failed.err, /halfway\.sql:2:\d+: syntax error at end of input/, text);
        assert.doesNotMatch(failed.err, /INSERT|dapur\.migrations|RESET/i);
    }
});

test('sql runs a text, a prompt and refuses with the SQLSTATE', () => {
    assert.match(ok('sql', 'shop', '--command', "select 1 + 1 as two, 'x' as word"), /two \| word\n-+\+-+\n 2\s+\| x/);
    const typed = run('sql', 'shop', {input: 'select 40 + 2\nas answer;\n'});
    assert.match(typed.out, /answer\s*\n-+\s*\n 42/);
    const wrong = run('sql', 'shop', '--command', 'select nonsense');
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /column "nonsense" does not exist \(42703\)/);
    const anon = run('sql', 'shop', '--role', 'anon', '--command', "insert into public.notes (text, owner) values ('x', gen_random_uuid())");
    assert.match(anon.err, /42501/);
});

test('commands work while the server runs, through its socket', async () => {
    const server = await serve();
    try {
        assert.equal(fs.statSync(path.join(project, 'data', 'control.sock')).mode & 0o777, 0o600);
        ok('sql', 'shop', '--command', "insert into public.notes (owner, text) values (gen_random_uuid(), 'kept')");
        assert.match(ok('sql', 'shop', '--command', 'select text from public.notes'), /kept/);
        assert.match(ok('check', 'shop', '--integrity'), /^ok$/m);
        const file = newMigration('live');
        fs.writeFileSync(file, 'create table public.made_live (id int primary key);\n');
        assert.match(ok('migrate', 'up', 'shop'), /applied .*live/);
        const {secret} = JSON.parse(ok('keys', 'shop', '--json'));
        const answer = await fetch(`${server.base}/rest/v1/made_live`, {headers: {apikey: secret}});
        assert.equal(answer.status, 200);
        assert.deepEqual(await answer.json(), []);
        const second = run('serve', 'shop', '--listen', '127.0.0.1:0');
        assert.equal(second.code, 2);
        assert.match(second.err, /in use by another process/);
    } finally {
        assert.equal(await server.stop(), 0);
    }
    assert.ok(!fs.existsSync(path.join(project, 'data', 'control.sock')));
});

test('a backup is consistent, verified at restore, and never overwrites', async () => {
    const copy = path.join(folder, 'copy.db');
    const server = await serve();
    try {
        ok('backup', 'copy.db', 'shop');
        assert.match(run('backup', 'copy.db', 'shop').err, /exists already/);
    } finally {
        await server.stop();
    }
    ok('sql', 'shop', '--command', 'delete from public.notes');
    assert.match(run('restore', 'copy.db', 'shop').err, /there is a database already/);
    ok('restore', 'copy.db', 'shop', '--force');
    assert.match(ok('sql', 'shop', '--command', 'select text from public.notes'), /kept/);
    const bytes = fs.readFileSync(copy);
    bytes.fill(0x5a, 8192, 40960);
    fs.writeFileSync(path.join(folder, 'damaged.db'), bytes);
    assert.notEqual(run('restore', 'damaged.db', 'shop', '--force').code, 0);
    assert.match(ok('sql', 'shop', '--command', 'select text from public.notes'), /kept/);
});

test('health, readiness and metrics are on the admin port', async () => {
    const server = await serve();
    try {
        const port = fs.readFileSync(path.join(project, 'data', 'admin.port'), 'utf8').trim();
        for (const page of ['/health/live', '/health/ready', '/metrics', '/schema_cache'])
            assert.equal((await fetch(`http://127.0.0.1:${port}${page}`)).status, 200, page);
        assert.equal((await fetch(`${server.base}/health`)).status, 200);
        const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
        assert.match(metrics, /^dapur_http_requests_total\{status="200"\} \d+$/m);
        assert.equal((await fetch(`${server.base}/metrics`)).status, 404);
    } finally {
        await server.stop();
    }
});

test('server.time_zone is the zone of sessions that name none', async () => {
    const server = await serve('--server.time_zone', 'Asia/Jakarta');
    try {
        const {secret} = JSON.parse(ok('keys', 'shop', '--json'));
        const zone = async (headers) => {
            const answer = await fetch(`${server.base}/rest/v1/notes?select=created_at&limit=1`, {headers: {apikey: secret, ...headers}});
            return (await answer.json())[0].created_at.slice(-6);
        };
        assert.equal(await zone({}), '+07:00');
        assert.equal(await zone({Prefer: 'timezone=UTC'}), '+00:00');
    } finally {
        await server.stop();
    }
});

test('the log is JSON with a request id, and holds no key', async () => {
    const server = await serve();
    const {secret} = JSON.parse(ok('keys', 'shop', '--json'));
    await fetch(`${server.base}/rest/v1/notes?select=text`, {headers: {apikey: secret}});
    await server.stop();
    const lines = server.log().trim().split('\n').map((line) => JSON.parse(line));
    const line = lines.find((l) => l.message === 'request');
    assert.match(line.request_id, /^[0-9a-f]{16}$/);
    assert.equal(line.status, 200);
    assert.ok(!server.log().includes(secret));
});

test('serve refuses pending migrations on request', () => {
    fs.writeFileSync(path.join(project, 'migrations', '20990101000000_later.sql'), 'select 1;\n');
    const refused = run('serve', 'shop', '--listen', '127.0.0.1:0', '--no-migrate');
    assert.equal(refused.code, 2);
    assert.match(refused.err, /20990101000000_later\.sql" is pending/);
});

test('serve --no-migrate refuses a changed migration as serve does', async () => {
    ok('migrate', 'up', 'shop', '--allow-drift');
    fs.appendFileSync(path.join(project, 'migrations', '20990101000000_later.sql'), '-- changed\n');
    for (const args of [['--no-migrate'], []]) {
        const refused = run('serve', 'shop', '--listen', '127.0.0.1:0', ...args);
        assert.equal(refused.code, 2, 'refused');
        assert.match(refused.err, /20990101000000_later\.sql" was changed after it had been applied/);
    }
    const server = await serve('--no-migrate', '--allow-drift');
    assert.equal(await server.stop(), 0);
});

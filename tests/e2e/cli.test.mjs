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
            if (ready) resolve({base: ready[1], stop, log: () => log});
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
    assert.deepEqual(lines.at(-1), {total: 5, ok: 3, refused: 2});
    assert.deepEqual(lines.filter((l) => l.ok === false).map((l) => [l.file, l.line, l.sqlstate]),
        [['1_a.sql', 3, '42P01'], ['seed.sql', 2, '22P02']]);
    assert.equal(lines[0].kind, 'CreateStmt');
    assert.match(ok('check', 'shop'), /0 refused/);
    assert.equal(run('check', 'nowhere').code === 0 ? 0 : 1, 0, 'an empty project has nothing to refuse');
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

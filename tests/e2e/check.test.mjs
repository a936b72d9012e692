// dapur check's warnings: what a project's SQL allows and probably should not, each at the statement that made it.
import assert from 'node:assert/strict';
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import {after, test} from 'node:test';

const dapur = path.resolve(process.env.DAPUR_BINARY ?? 'build/release/dapur');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'dapur-check-test-'));
after(() => fs.rmSync(folder, {recursive: true, force: true}));

let projects = 0;
// A project of these migrations; answers its folder.
function project(migrations, conf = '') {
    const dir = path.join(folder, `p${++projects}`);
    fs.mkdirSync(path.join(dir, 'migrations'), {recursive: true});
    fs.writeFileSync(path.join(dir, 'dapur.conf'), conf);
    migrations.forEach((text, i) => fs.writeFileSync(path.join(dir, 'migrations', `${i + 1}_m.sql`), text));
    return dir;
}
function run(...args) {
    const done = spawnSync(dapur, args, {encoding: 'utf8', timeout: 30000});
    return {code: done.status, out: done.stdout, err: done.stderr};
}
const OFF = '[security]\nauto_rls = off\n';
// [file:line name] of each warning of these migrations.
function warnings(migrations, conf = OFF) {
    const done = run('check', project(migrations, conf), '--json');
    const lines = done.out.trim().split('\n').map((line) => JSON.parse(line));
    assert.equal(done.code, 0, done.out + done.err);
    const found = lines.filter((line) => 'warning' in line);
    assert.equal(lines.at(-1).warnings, found.length);
    for (const line of found) {
        assert.deepEqual(Object.keys(line), ['file', 'line', 'warning', 'message', 'hint']);
        assert.ok(line.message && line.hint);
    }
    return found.map((line) => `${line.file}:${line.line} ${line.warning}`);
}

test('a table that everybody may read and change', () => {
    assert.deepEqual(warnings(['select 1;\n\ncreate table t (id int primary key);\ncreate schema own;\ncreate table own.t (id int);']),
        ['1_m.sql:3 rls_disabled']);
    assert.deepEqual(warnings(['create table t (id int);', 'revoke all on t from anon, authenticated;']), []);
    // What a later file mends is no warning.
    assert.deepEqual(warnings(['create table t (id int);',
        'alter table t enable row level security; create policy p on t using (true);']), []);
});

test('a table whose rows nobody sees', () => {
    assert.deepEqual(warnings(['create table t (id int);\ncreate table u (id int);\ncreate policy p on u using (true);'], ''),
        ['1_m.sql:1 rls_without_policy']);
});

test('policies without an index', () => {
    const table = 'create table t (id int primary key, user_id uuid, org int, open boolean);\nalter table t enable row level security;\n';
    const policy = (condition) => `${table}create policy p on t for select using (${condition});\n`;
    const missing = ['1_m.sql:3 policy_without_index'];
    assert.deepEqual(warnings([policy('user_id = auth.uid()')]), missing);
    assert.deepEqual(warnings([policy('(select auth.uid()) = t.user_id')]), missing);
    assert.deepEqual(warnings([policy('open or user_id = auth.uid()')]), missing);
    assert.deepEqual(warnings([policy("org in (select (auth.jwt() ->> 'org')::int)")]), missing);
    assert.deepEqual(warnings([policy("open and org = (auth.jwt() ->> 'org')::int")]), missing);
    assert.deepEqual(warnings([policy('user_id = auth.uid()') + 'create index on t (org, user_id);']), missing);
    assert.deepEqual(warnings([policy('user_id = auth.uid()') + 'create index on t (user_id) where open;']), missing);
    assert.deepEqual(warnings([policy('user_id = auth.uid()'), 'create index on t (user_id, org);']), []);
    assert.deepEqual(warnings([policy('open')]), []);
    assert.deepEqual(warnings([policy('id = (select 1) and user_id = auth.uid()')]), []);
    // Once for a column, whatever the number of its policies.
    assert.deepEqual(warnings([policy('user_id = auth.uid()') + 'create policy q on t for delete using (user_id = auth.uid());']), missing);
});

test('views that read as their owner', () => {
    const table = 'create table t (id int primary key);\nalter table t enable row level security;\ncreate policy p on t using (true);\n';
    const view = ['1_m.sql:4 view_ignores_policies'];
    assert.deepEqual(warnings([`${table}create view v as select * from t;`]), view);
    assert.deepEqual(warnings([`${table}create view v as select 1 as a where exists (select from t);`]), view);
    assert.deepEqual(warnings([`${table}create view v with (security_invoker = true) as select * from t;`]), []);
    assert.deepEqual(warnings([`${table}create view v as select * from t;`, 'alter view v set (security_invoker = on);']), []);
    assert.deepEqual(warnings([`${table}create view v as select * from t; revoke all on v from anon, authenticated;`]), []);
    assert.deepEqual(warnings([`${table}create view v as with t as (select 1 as a) select * from t;`]), []);
    // Through another view.
    assert.deepEqual(warnings([`${table}create view v with (security_invoker) as select * from t;\ncreate view w as select * from v;`]),
        ['1_m.sql:5 view_ignores_policies']);
});

test('SECURITY DEFINER without a search_path', () => {
    const f = (more) => `create function f() returns int language sql security definer ${more} as 'select 1';`;
    assert.deepEqual(warnings([f('')]), ['1_m.sql:1 definer_without_search_path']);
    assert.deepEqual(warnings([f("set search_path = ''")]), []);
    assert.deepEqual(warnings([f(''), "alter function f() set search_path = public;"]), []);
    assert.deepEqual(warnings(["create function f() returns int language sql as 'select 1';",
        "\ncreate or replace function f() returns int language sql security definer as 'select 2';"]),
    ['2_m.sql:2 definer_without_search_path']);
});

test('columns named like secrets', () => {
    const open = 'alter table t enable row level security;\ncreate policy p on t for select using (true);';
    const table = (columns) => `create table t (id int primary key, ${columns});\n${open}\n`;
    assert.deepEqual(warnings([table('password_hash text, stripe_secret_key text, note text')]),
        ['1_m.sql:1 secret_readable', '1_m.sql:1 secret_readable']);
    assert.deepEqual(warnings([table('password_changed_at timestamptz, token_count int, secretary text')]), []);
    assert.deepEqual(warnings([table('note text'), '\nalter table t add column "API_key" text;']), ['2_m.sql:2 secret_readable']);
    assert.deepEqual(warnings([table('token text'), 'revoke select on t from anon;']), []);
    assert.deepEqual(warnings([table('token text'), 'drop policy p on t; create policy p on t for select to authenticated using (true);']), []);
    assert.deepEqual(warnings([table('token text'), 'revoke select on t from anon; grant select (id) on t to anon;']), []);
});

test('for people, and beside refusals', () => {
    const dir = project(['create table t (id int);\ncreate table u (id nonsense);\n'], OFF);
    const done = run('check', dir);
    assert.equal(done.code, 1);
    assert.match(done.out, /^1_m\.sql:2:\d+: type "nonsense" does not exist \(42704\)$/m);
    assert.match(done.out, /^1_m\.sql:1: warning: table "public\.t" has no row-level security: .* \(rls_disabled\)\n {4}ALTER TABLE public\.t /m);
    assert.match(done.out, /^2 statements, 1 ok, 1 refused, 1 warnings$/m);
});

test("a statement's SQLite text", () => {
    const dir = project(['create table t (id int primary key, owner uuid);\nalter table t enable row level security;\ncreate policy p on t using (owner = auth.uid());']);
    const shown = run('check', dir, '--sql', 'select id from t where id > 3');
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /^SELECT .*"id" FROM main\."t" .*"owner" = \?1;$/m); // with the policy
    assert.doesNotMatch(run('check', dir, '--sql', 'select id from t', '--role', 'postgres').out, /"owner"/);
    assert.match(run('check', dir, '--sql', 'insert into t values (1, null) returning id', '--role', 'postgres').out, /INSERT INTO main\."t"/);
    const refused = run('check', dir, '--sql', 'select nothing from t');
    assert.equal(refused.code, 1);
    assert.match(refused.err, /column "nothing" does not exist \(42703\)/);
});

// /auth/v1 under other settings: confirmation wanted, sign-up closed, limits on.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {call, client, openProject} from './helpers/project.mjs';

const PASSWORD = 'correct horse 1';

async function withProject(settings, body) {
    const project = await openProject(settings);
    try {
        await body(project);
    } finally {
        assert.equal(await project.stop(), null);
    }
}

test('without autoconfirm a sign-up answers a user and no session', async () => {
    await withProject({'auth.autoconfirm': 'false', 'security.rate_limits': 'false'}, async (project) => {
        const {data, error} = await client(project).auth.signUp({email: 'new@example.com', password: PASSWORD});
        assert.equal(error, null);
        assert.equal(data.session, null);
        assert.equal(data.user.email, 'new@example.com');
        assert.equal(data.user.confirmed_at, undefined);
        const sign = await client(project).auth.signInWithPassword({email: 'new@example.com', password: PASSWORD});
        assert.equal(sign.error.code, 'email_not_confirmed');
        const wrong = await client(project).auth.signInWithPassword({email: 'new@example.com', password: 'wrong'});
        assert.equal(wrong.error.code, 'invalid_credentials');
    });
});

test('without autoconfirm nobody learns that an address is taken', async () => {
    await withProject({'auth.autoconfirm': 'false', 'security.rate_limits': 'false'}, async (project) => {
        const admin = client(project, project.keys.service_role).auth.admin;
        const {data: real} = await admin.createUser({email: 'taken@example.com', password: PASSWORD, email_confirm: true});
        const {data, error} = await client(project).auth.signUp({email: 'taken@example.com', password: 'another one 2', options: {data: {a: 1}}});
        assert.equal(error, null);
        assert.notEqual(data.user.id, real.user.id);
        assert.deepEqual(data.user.identities, []);
        assert.equal(data.user.role, '');
        assert.equal(data.user.user_metadata.a, 1);
        assert.equal((await client(project).auth.signInWithPassword({email: 'taken@example.com', password: PASSWORD})).error, null);
        assert.equal((await admin.listUsers()).data.users.length, 1);
    });
});

test('a second sign-up of an unconfirmed address changes nothing', async () => {
    await withProject({'auth.autoconfirm': 'false', 'security.rate_limits': 'false'}, async (project) => {
        const first = await client(project).auth.signUp({email: 'twice@example.com', password: PASSWORD, options: {data: {mine: true}}});
        const second = await client(project).auth.signUp({email: 'twice@example.com', password: 'attacker 12', options: {data: {mine: false}}});
        assert.equal(second.data.user.id, first.data.user.id);
        assert.equal(second.data.user.user_metadata.mine, true);
        const admin = client(project, project.keys.service_role).auth.admin;
        await admin.updateUserById(first.data.user.id, {email_confirm: true});
        assert.equal((await client(project).auth.signInWithPassword({email: 'twice@example.com', password: 'attacker 12'})).error.code, 'invalid_credentials');
        assert.equal((await client(project).auth.signInWithPassword({email: 'twice@example.com', password: PASSWORD})).error, null);
    });
});

test('closed sign-up refuses, administrators still make users', async () => {
    await withProject({'auth.disable_signup': 'true'}, async (project) => {
        const {error} = await client(project).auth.signUp({email: 'new@example.com', password: PASSWORD});
        assert.equal(error.code, 'signup_disabled');
        assert.equal((await call(project, 'GET', '/settings')).body.disable_signup, true);
        const admin = client(project, project.keys.service_role).auth.admin;
        assert.equal((await admin.createUser({email: 'new@example.com', password: PASSWORD})).error, null);
    });
});

test('guesses at one account slow down, others go on', async () => {
    await withProject({}, async (project) => {
        await client(project).auth.signUp({email: 'victim@example.com', password: PASSWORD});
        await client(project).auth.signUp({email: 'other@example.com', password: PASSWORD});
        const guess = (email, password) => call(project, 'POST', '/token?grant_type=password', {email, password});
        for (let i = 0; i < 5; i++) assert.equal((await guess('victim@example.com', `guess ${i}`)).status, 400);
        const slow = await guess('victim@example.com', PASSWORD);
        assert.equal(slow.status, 429);
        assert.equal(slow.body.error_code, 'over_request_rate_limit');
        const wait = Number(slow.headers.get('retry-after'));
        assert.ok(wait >= 1 && wait <= 2);
        assert.equal((await guess('other@example.com', PASSWORD)).status, 200);
        await new Promise((resolve) => setTimeout(resolve, wait * 1000 + 100));
        assert.equal((await guess('victim@example.com', PASSWORD)).status, 200);
        assert.equal((await guess('victim@example.com', 'wrong again')).status, 400);
    });
});

test('one address may sign up thirty times at once and then must wait', async () => {
    await withProject({}, async (project) => {
        const answers = [];
        for (let i = 0; i < 31; i++) answers.push(await call(project, 'POST', '/signup', {email: `x${i}@example.com`, password: 'abc'}));
        assert.deepEqual([...new Set(answers.slice(0, 30).map((a) => a.status))], [422]);
        assert.equal(answers[30].status, 429);
        assert.ok(Number(answers[30].headers.get('retry-after')) > 0);
    });
});

test('a full queue of hashes answers 429, and everybody else is served', async () => {
    await withProject({'security.rate_limits': 'false', 'auth.bcrypt_cost': '10', 'auth.hash_threads': '1', 'auth.hash_queue_max': '2'}, async (project) => {
        const answers = await Promise.all(Array.from({length: 12}, (_, i) =>
            call(project, 'POST', '/token?grant_type=password', {email: `n${i}@example.com`, password: 'whatever 1'})));
        const statuses = answers.map((a) => a.status);
        assert.ok(statuses.includes(429) && statuses.includes(400));
        assert.deepEqual([...new Set(statuses)].sort(), [400, 429]);
        assert.ok(answers.find((a) => a.status === 429).headers.get('retry-after'));
        assert.equal((await call(project, 'GET', '/health')).status, 200);
    });
});

test('a user survives a restart; a token is good for as long', async () => {
    await withProject({'security.rate_limits': 'false'}, async (project) => {
        const {data} = await client(project).auth.signUp({email: 'stay@example.com', password: PASSWORD});
        const {startServer} = await import('../api/lib/server.mjs');
        const {binary} = await import('./helpers/project.mjs');
        assert.equal(await project.server.stop(), null);
        project.server = await startServer([binary], project.folder, project.data, ['--auth.bcrypt_cost=4']);
        project.base = project.server.base;
        const user = await call(project, 'GET', '/user', null, {token: data.session.access_token});
        assert.equal(user.status, 200);
        const refreshed = await call(project, 'POST', '/token?grant_type=refresh_token', {refresh_token: data.session.refresh_token});
        assert.equal(refreshed.status, 200);
    });
});

test('the command line makes users beside a server and without one', async () => {
    const {execFileSync, spawnSync} = await import('node:child_process');
    const {binary} = await import('./helpers/project.mjs');
    await withProject({'security.rate_limits': 'false'}, async (project) => {
        const make = (email, more = []) => spawnSync(binary, ['user', 'create', project.folder, '--email', email, '--password-stdin',
            '--auth.bcrypt_cost=4', ...more], {input: `${PASSWORD}\n`, encoding: 'utf8'});
        const made = make("O'Hara@example.com", ['--app-metadata', '{"role":"a\'b\\"c"}', '--user-metadata', '{"name":"\\\\ \u00fc?"}']);
        assert.equal(made.status, 0, made.stderr);
        const {data} = await client(project).auth.signInWithPassword({email: "o'hara@example.com", password: PASSWORD});
        assert.equal(data.user.app_metadata.role, 'a\'b"c');
        assert.equal(data.user.user_metadata.name, '\\ \u00fc?');
        assert.equal(data.user.identities.length, 1);
        assert.equal(make("o'hara@example.com").status, 1);
        assert.equal(make('no address').status, 2);
        assert.equal(make('x@example.com', ['--app-metadata', '[1]']).status, 2);
        assert.equal(spawnSync(binary, ['user', 'create', project.folder, '--email', 'y@example.com', '--password-stdin'],
            {input: 'short\n'}).status, 2);
        assert.equal(await project.server.stop(), null);
        assert.equal(make('alone@example.com').status, 0);
        const listed = execFileSync(binary, ['user', 'list', project.folder], {encoding: 'utf8'}).trim().split('\n');
        assert.equal(listed.length, 2);
        assert.match(listed[1], /alone@example\.com/);
        const {startServer} = await import('../api/lib/server.mjs');
        project.server = await startServer([binary], project.folder, project.data);
    });
});

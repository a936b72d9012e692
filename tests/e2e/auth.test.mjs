// supabase-js against /auth/v1: what a client of this API does all day, and what it must not get.
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {call, client, openProject} from './helpers/project.mjs';

const PASSWORD = 'correct horse 1';
let project;

before(async () => { project = await openProject({'security.rate_limits': 'false', 'auth.external_url': 'https://api.example.com'}); });
after(async () => { assert.equal(await project.stop(), null); });

async function signedUp(email, data) {
    const supabase = client(project);
    const {data: answer, error} = await supabase.auth.signUp({email, password: PASSWORD, options: {data}});
    assert.equal(error, null);
    return {supabase, ...answer};
}

test('sign-up answers a session and a user with what he said', async () => {
    const {session, user} = await signedUp('Ana@Example.com', {name: 'Ana'});
    assert.ok(session.access_token && session.refresh_token && session.expires_in === 3600);
    assert.equal(user.email, 'ana@example.com');
    assert.equal(user.role, 'authenticated');
    assert.equal(user.user_metadata.name, 'Ana');
    assert.deepEqual(user.app_metadata, {provider: 'email', providers: ['email']});
    assert.equal(user.identities.length, 1);
    assert.equal(user.identities[0].id, user.id);
});

test('an address is taken once, in whatever case', async () => {
    const {data, error} = await client(project).auth.signUp({email: 'ANA@example.com', password: PASSWORD});
    assert.equal(data.user, null);
    assert.equal(error.code, 'user_already_exists');
    assert.equal(error.status, 422);
});

test('signing in gives a session whose claims are complete', async () => {
    const supabase = client(project);
    const {data, error} = await supabase.auth.signInWithPassword({email: 'ana@example.com', password: PASSWORD});
    assert.equal(error, null);
    const claims = JSON.parse(Buffer.from(data.session.access_token.split('.')[1], 'base64url'));
    assert.deepEqual(Object.keys(claims), ['iss', 'sub', 'aud', 'exp', 'iat', 'email', 'phone', 'app_metadata',
        'user_metadata', 'role', 'aal', 'amr', 'session_id', 'is_anonymous']);
    assert.equal(claims.iss, 'https://api.example.com/auth/v1');
    assert.equal(claims.aud, 'authenticated');
    assert.equal(claims.amr[0].method, 'password');
    const {data: got} = await supabase.auth.getUser();
    assert.equal(got.user.email, 'ana@example.com');
    const {data: verified} = await supabase.auth.getClaims();
    assert.equal(verified.claims.sub, got.user.id);
});

test('wrong passwords and unknown addresses get one and the same answer', async () => {
    const wrong = await client(project).auth.signInWithPassword({email: 'ana@example.com', password: 'nope'});
    const unknown = await client(project).auth.signInWithPassword({email: 'nobody@example.com', password: PASSWORD});
    for (const {error} of [wrong, unknown]) {
        assert.equal(error.code, 'invalid_credentials');
        assert.equal(error.status, 400);
        assert.equal(error.message, 'Invalid login credentials');
    }
});

test('a short password says why', async () => {
    const {error} = await client(project).auth.signUp({email: 'short@example.com', password: 'abc'});
    assert.equal(error.code, 'weak_password');
    assert.deepEqual(error.reasons, ['length']);
});

test('refreshing gives new tokens for the same session', async () => {
    const {supabase, session} = await signedUp('refresh@example.com');
    const {data, error} = await supabase.auth.refreshSession();
    assert.equal(error, null);
    assert.notEqual(data.session.refresh_token, session.refresh_token);
    const id = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).session_id;
    assert.equal(id(data.session.access_token), id(session.access_token));
    assert.equal((await supabase.auth.getUser()).error, null);
});

test('a user changes his data: members merge, null removes', async () => {
    const {supabase} = await signedUp('change@example.com', {name: 'Old', keep: 1, drop: 2});
    const {data, error} = await supabase.auth.updateUser({data: {name: 'New', drop: null, more: {a: [1.50]}}});
    assert.equal(error, null);
    const {name, keep, more} = data.user.user_metadata;
    assert.deepEqual({name, keep, more}, {name: 'New', keep: 1, more: {a: [1.5]}});
    assert.ok(!('drop' in data.user.user_metadata));
});

test('a new password ends the other sessions and not this one', async () => {
    const {supabase} = await signedUp('password@example.com');
    const other = client(project);
    await other.auth.signInWithPassword({email: 'password@example.com', password: PASSWORD});
    const same = await supabase.auth.updateUser({password: PASSWORD});
    assert.equal(same.error.code, 'same_password');
    const {error} = await supabase.auth.updateUser({password: 'another horse 2'});
    assert.equal(error, null);
    assert.equal((await supabase.auth.getUser()).error, null);
    assert.equal((await other.auth.getUser()).data.user, null);
    const old = await client(project).auth.signInWithPassword({email: 'password@example.com', password: PASSWORD});
    assert.equal(old.error.code, 'invalid_credentials');
});

test('a new address waits for its confirmation', async () => {
    const {supabase} = await signedUp('before@example.com');
    const {data} = await supabase.auth.updateUser({email: 'after@example.com'});
    assert.equal(data.user.email, 'before@example.com');
    assert.equal(data.user.new_email, 'after@example.com');
    const taken = await supabase.auth.updateUser({email: 'ana@example.com'});
    assert.equal(taken.error.code, 'email_exists');
});

test('nobody gives himself app_metadata', async () => {
    const {session} = await signedUp('climber@example.com');
    const answer = await call(project, 'PUT', '/user', {app_metadata: {role: 'admin'}}, {token: session.access_token});
    assert.equal(answer.status, 403);
    assert.equal(answer.body.error_code, 'not_admin');
});

test('signing out ends the access token here as well', async () => {
    const {supabase, session} = await signedUp('out@example.com');
    assert.equal((await supabase.auth.signOut()).error, null);
    const answer = await call(project, 'GET', '/user', null, {token: session.access_token});
    assert.equal(answer.status, 403);
    assert.equal(answer.body.error_code, 'session_not_found');
    const refresh = await call(project, 'POST', '/token?grant_type=refresh_token', {refresh_token: session.refresh_token});
    assert.equal(refresh.body.error_code, 'refresh_token_not_found');
});

test('signing out elsewhere keeps this session', async () => {
    const {supabase} = await signedUp('others@example.com');
    const other = client(project);
    await other.auth.signInWithPassword({email: 'others@example.com', password: PASSWORD});
    assert.equal((await supabase.auth.signOut({scope: 'others'})).error, null);
    assert.equal((await supabase.auth.getUser()).error, null);
    assert.equal((await other.auth.getUser()).data.user, null);
    await other.auth.signInWithPassword({email: 'others@example.com', password: PASSWORD});
    assert.equal((await other.auth.signOut({scope: 'local'})).error, null);
    assert.equal((await supabase.auth.getUser()).error, null);
});

test('an administrator makes, lists, changes and deletes users', async () => {
    const admin = client(project, project.keys.service_role).auth.admin;
    const {data: made, error} = await admin.createUser({
        email: 'made@example.com', password: PASSWORD, email_confirm: true,
        app_metadata: {role: 'staff'}, user_metadata: {name: 'Made'},
    });
    assert.equal(error, null);
    assert.equal(made.user.app_metadata.role, 'staff');
    assert.equal((await client(project).auth.signInWithPassword({email: 'made@example.com', password: PASSWORD})).error, null);

    const {data: page} = await admin.listUsers({page: 1, perPage: 2});
    assert.equal(page.users.length, 2);
    assert.equal(page.aud, 'authenticated');
    assert.ok(page.total > 2);
    assert.equal(page.nextPage, 2);
    assert.equal(page.lastPage, Math.ceil(page.total / 2));
    assert.equal(page.users[0].identities.length, 1);

    const {data: changed} = await admin.updateUserById(made.user.id, {email: 'renamed@example.com', app_metadata: {role: null, team: 'b'}});
    assert.equal(changed.user.email, 'renamed@example.com');
    assert.equal(changed.user.app_metadata.team, 'b');
    assert.ok(!('role' in changed.user.app_metadata));
    assert.equal(changed.user.identities[0].email, 'renamed@example.com');

    assert.equal((await admin.getUserById(made.user.id)).data.user.email, 'renamed@example.com');
    assert.equal((await admin.deleteUser(made.user.id)).error, null);
    assert.equal((await admin.getUserById(made.user.id)).error.code, 'user_not_found');
});

test('secret keys are administrators, browsers with them are refused', async () => {
    const admin = client(project, project.keys.secret).auth.admin;
    assert.equal((await admin.listUsers()).error, null);
    const browser = await call(project, 'GET', '/admin/users', null, {key: project.keys.secret, headers: {'User-Agent': 'Mozilla/5.0'}});
    assert.equal(browser.status, 401);
});

test('a ban ends sessions and lasts', async () => {
    const {user, session} = await signedUp('banned@example.com');
    const admin = client(project, project.keys.service_role).auth.admin;
    const {data} = await admin.updateUserById(user.id, {ban_duration: '1h'});
    assert.ok(Date.parse(data.user.banned_until) > Date.now() + 3500_000);
    const sign = await client(project).auth.signInWithPassword({email: 'banned@example.com', password: PASSWORD});
    assert.equal(sign.error.code, 'user_banned');
    const refresh = await call(project, 'POST', '/token?grant_type=refresh_token', {refresh_token: session.refresh_token});
    assert.equal(refresh.status, 400);
    await admin.updateUserById(user.id, {ban_duration: 'none'});
    assert.equal((await client(project).auth.signInWithPassword({email: 'banned@example.com', password: PASSWORD})).error, null);
});

test('a soft-deleted user frees his address and cannot sign in', async () => {
    const {user} = await signedUp('gone@example.com', {name: 'Gone'});
    const admin = client(project, project.keys.service_role).auth.admin;
    assert.equal((await admin.deleteUser(user.id, true)).error, null);
    assert.equal((await client(project).auth.signInWithPassword({email: 'gone@example.com', password: PASSWORD})).error.code, 'invalid_credentials');
    const {data} = await admin.getUserById(user.id);
    assert.ok(data.user.deleted_at);
    assert.deepEqual(data.user.user_metadata, {});
    assert.ok(!data.user.email.includes('gone'));
    assert.ok((await signedUp('gone@example.com')).user.id !== user.id);
});

test('an imported bcrypt hash signs in, and is made anew at our cost', async () => {
    const admin = client(project, project.keys.service_role).auth.admin;
    // "password" at cost 5, made by htpasswd's own variant of bcrypt.
    const hash = '$2y$05$bvIG6Nmid91Mu9RcmmWZfO5HJIMCT8riNW0hEp8f6/FuA2/mHZFpe';
    const {error} = await admin.createUser({email: 'imported@example.com', password_hash: hash, email_confirm: true});
    assert.equal(error, null);
    for (let i = 0; i < 2; i++) {
        const {error: wrong} = await client(project).auth.signInWithPassword({email: 'imported@example.com', password: 'password'});
        assert.equal(wrong, null);
    }
});

test('the tables of this schema are no part of the REST API', async () => {
    const admin = client(project, project.keys.service_role);
    const {error} = await admin.schema('auth').from('users').select('id');
    assert.equal(error.code, 'PGRST106');
});

test('answers allow any origin, without credentials', async () => {
    const preflight = await fetch(`${project.base}/auth/v1/token`, {method: 'OPTIONS', headers: {
        Origin: 'https://shop.example', 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'apikey,x-supabase-api-version'}});
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.match(preflight.headers.get('access-control-allow-headers'), /apikey.*X-Supabase-Api-Version/);
    assert.equal(preflight.headers.get('access-control-allow-credentials'), null);
});

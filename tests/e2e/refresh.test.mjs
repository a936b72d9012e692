// Refresh tokens under load and in the wrong hands (docs/auth.md, "Refresh tokens").
import assert from 'node:assert/strict';
import {after, before, test} from 'node:test';
import {call, openProject} from './helpers/project.mjs';

const PARALLEL = 100;
let project;

before(async () => { project = await openProject({'security.rate_limits': 'false', 'server.loops': '2'}); });
after(async () => { assert.equal(await project.stop(), null); });

const refresh = (token) => call(project, 'POST', '/token?grant_type=refresh_token', {refresh_token: token});
const counter = (answer) => Number(answer.headers.get('sb-auth-refresh-token-counter'));

async function signUp(email) {
    const {body} = await call(project, 'POST', '/signup', {email, password: 'correct horse 1'});
    return body;
}

test('a hundred parallel refreshes of one token count up once and all get the next one', async () => {
    const {refresh_token: first} = await signUp('parallel@example.com');
    const answers = await Promise.all(Array.from({length: PARALLEL}, () => refresh(first)));
    assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
    assert.equal(new Set(answers.map((a) => a.body.refresh_token)).size, 1);
    assert.deepEqual([...new Set(answers.map(counter))], [1]);
    const next = await refresh(answers[0].body.refresh_token);
    assert.equal(next.status, 200);
    assert.equal(counter(next), 2);
});

test('a lost answer is given again', async () => {
    const {refresh_token: first} = await signUp('lost@example.com');
    const lost = await refresh(first);
    const again = await refresh(first);
    assert.equal(again.status, 200);
    assert.equal(again.body.refresh_token, lost.body.refresh_token);
    assert.equal(again.headers.get('sb-auth-refresh-token-reuse'), 'true');
});

test('a token that was spent a while ago ends the session', async () => {
    const {refresh_token: first, access_token} = await signUp('thief@example.com');
    const second = (await refresh(first)).body.refresh_token;
    const third = (await refresh(second)).body.refresh_token;
    // Within the reuse interval even the oldest is taken for a slow client.
    assert.equal((await refresh(first)).status, 200);
    await new Promise((resolve) => setTimeout(resolve, 10_500));
    const stolen = await refresh(first);
    assert.equal(stolen.status, 400);
    assert.equal(stolen.body.error_code, 'refresh_token_already_used');
    assert.equal(stolen.body.msg, 'Invalid Refresh Token: Already Used');
    const owner = await refresh(third);
    assert.equal(owner.body.error_code, 'refresh_token_not_found');
    const user = await call(project, 'GET', '/user', null, {token: access_token});
    assert.equal(user.body.error_code, 'session_not_found');
});

test('changed, short and foreign tokens are refused', async () => {
    const {refresh_token: token} = await signUp('forger@example.com');
    const bytes = Buffer.from(token, 'base64url');
    const typo = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A');
    for (const [text, status, code] of [
        [typo, 400, 'validation_failed'],
        ['x', 400, 'validation_failed'],
        [bytes.toString('base64'), 400, bytes.toString('base64') === token ? null : 'validation_failed'],
        ['abcdefghijkl', 400, 'refresh_token_not_found'],
    ]) {
        const answer = await refresh(text);
        assert.equal(answer.status, status, text);
        if (code) assert.equal(answer.body.error_code, code, text);
    }
});

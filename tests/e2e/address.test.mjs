// The address that clients see when nobody set one: the port that the system chose, not 0.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {call, openProject} from './helpers/project.mjs';

test('tokens and links name the port in use', async () => {
    const project = await openProject({'security.rate_limits': 'false'});
    const {body} = await call(project, 'POST', '/signup', {email: 'a@example.com', password: 'correct horse 1'});
    const claims = JSON.parse(Buffer.from(body.access_token.split('.')[1], 'base64url'));
    const users = await call(project, 'GET', '/admin/users', null, {key: project.keys.service_role, token: project.keys.service_role});
    assert.equal(await project.stop(), null);
    assert.equal(claims.iss, `${project.base}/auth/v1`);
    assert.ok(users.headers.get('link').startsWith(`<${project.base}/auth/v1/admin/users?`));
});

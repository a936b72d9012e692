// Many requests share a few PostgreSQL sessions: each answer belongs to its request, and nothing of one caller
// is left for the next.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {random} from '../both/random.mjs';
import {check, together} from './lib/harness.mjs';
import {pipeline, subject, withProject} from './lib/on_postgres.mjs';

const CONNECTIONS = 20, IDENTITIES = 50, ACCOUNTS = 100;
const SIZES = [0, 1, 10, 1000, 5000, 40000, 400000];

// ---- every body is its own request's -------------------------------------------------------------------

// {request, check(answer)}: of each kind, with a tag that the answer must carry.
function mixed(dapur, r, tag) {
    const apikey = dapur.keys.publishable, n = r.below(ACCOUNTS);
    const headers = {apikey, Authorization: `Bearer ${dapur.token(subject(n))}`};
    const size = r.chance(0.9) ? r.pick(SIZES.slice(0, 5)) : r.pick(SIZES);
    const text = `${tag}:${String.fromCharCode(97 + tag.length % 26).repeat(size)}`;
    const kinds = [
        () => ({request: {method: 'GET', path: `/rest/v1/rpc/echo?tag=${tag}&size=${size}`, headers}, status: 200, body: JSON.stringify(text)}),
        () => ({request: {method: 'POST', path: '/rest/v1/rpc/echo', headers, body: {tag, size}}, status: 200, body: JSON.stringify(text)}),
        () => ({request: {method: 'GET', path: `/rest/v1/rpc/refuse?tag=${tag}`, headers}, status: 400, body: `{"code":"P0001","details":"","hint":"","message":"refused ${tag}"}`}),
        () => ({request: {method: 'GET', path: '/rest/v1/accounts?select=name', headers}, status: 200, body: `[{"name":"account ${n}"}]`}),
        () => ({request: {method: 'GET', path: `/rest/v1/accounts?select=name&owner=eq.${subject(n)}&limit=1`, headers}, status: 200, body: `[{"name":"account ${n}"}]`}),
        () => ({request: {method: 'GET', path: `/rest/v1/accounts?owner=eq.${tag}`, headers}, status: 400, has: `"invalid input syntax for type uuid: \\"${tag}\\""`}),
        () => ({request: {method: 'GET', path: `/rest/v1/accounts?select=${tag}`, headers}, status: 400, has: `column accounts.${tag} does not exist`}),
        () => ({request: {method: 'HEAD', path: '/rest/v1/accounts?select=name', headers: {...headers, Prefer: 'count=exact'}}, status: 200, body: '', range: '0-0/1'}),
        () => {
            const id = randomUUID();
            return {request: {method: 'POST', path: '/rest/v1/notes?select=id,body', headers: {...headers, Prefer: 'return=representation'}, body: {id, body: text.slice(0, 2000)}}, status: 201, body: JSON.stringify([{id, body: text.slice(0, 2000)}])};
        },
        () => ({request: {method: 'POST', path: '/rest/v1/notes', headers, body: {id: randomUUID(), body: '', owner: subject(n)}}, status: 400, has: '"23514"'}),
    ];
    return r.chance(0.6) ? kinds[r.pick([0, 3, 4])]() : r.pick(kinds)();
}

function assertOwn(wanted, answer) {
    const where = `${wanted.request.method} ${wanted.request.path}`;
    assert.equal(answer.status, wanted.status, `${where}: ${answer.text.slice(0, 300)}`);
    if (wanted.body !== undefined && answer.text !== wanted.body) {
        // Spaces between members do not count; the rest does.
        const plain = (text) => (text ? JSON.stringify(JSON.parse(text)) : text);
        const got = plain(answer.text), own = plain(wanted.body);
        assert.ok(got === own || sameButNulls(got, own), `${where}: "${answer.text.slice(0, 200)}" is not "${wanted.body.slice(0, 200)}"`);
    }
    if (wanted.has) assert.ok(answer.text.includes(wanted.has), `${where}: ${answer.text.slice(0, 300)}`);
    if (wanted.range) assert.equal(answer.headers['content-range'], wanted.range, where);
}

// An empty detail or hint may be told as null.
const sameButNulls = (a, b) => a.replaceAll('null', '""') === b.replaceAll('null', '""');

async function pipelines(binary, count, extra) {
    return withProject(binary, {extra}, async ({dapur}) => {
        const each = Math.ceil(count / CONNECTIONS);
        const statuses = new Map();
        await together(CONNECTIONS, async (c) => {
            const r = random(c + 1);
            const wanted = Array.from({length: each}, (_, i) => mixed(dapur, r, `t${c}x${i}`));
            const answers = await pipeline(dapur, wanted.map((w) => w.request));
            answers.forEach((answer, i) => {
                assertOwn(wanted[i], answer);
                statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
            });
        });
        return [...statuses].sort().map(([s, n]) => `${n} of ${s}`).join(', ');
    });
}

// ---- nothing is left of another caller ------------------------------------------------------------------

const ANON = {role: 'anon', sub: null, claims: null, accounts: 0};

// What one identity may ever be told of itself.
function identity(dapur, n) {
    if (n === 0) return {headers: {apikey: dapur.keys.publishable}, know: ANON};
    if (n === 1) return {headers: {apikey: dapur.keys.secret}, know: {role: 'service_role', sub: null, claims: null, accounts: ACCOUNTS}};
    const mark = `claim ${n}`;
    return {
        headers: {apikey: dapur.keys.publishable, Authorization: `Bearer ${dapur.token(subject(n), {tag: mark})}`},
        know: {role: 'authenticated', sub: subject(n), claims: mark, accounts: 1},
    };
}

function assertKnows(answer, who, tag, method, path) {
    const {role, login_role, sub, claims, accounts, tag: header, path: told, method: by} = JSON.parse(answer.text);
    assert.deepEqual({role, sub, claims, accounts}, who.know, `${method} ${path} as ${who.know.role} ${who.know.sub}`);
    assert.deepEqual([login_role, header, told, by], [who.know.role, tag, path.replace(/\?.*/, ''), method]);
}

// One request in a row of them: what it asks, and what its answer must say.
async function leakStep(dapur, r, who, tag) {
    const headers = {...who.headers, 'X-Tag': tag};
    const ask = (method, path, body) => dapur.ask(method, path, {body, key: who.headers.apikey, headers});
    switch (r.pick(['who', 'who', 'who', 'post', 'rows', 'write', 'wrong_write', 'error', 'type'])) {
        case 'who': return assertKnows(await ask('GET', '/rest/v1/rpc/who_am_i'), who, tag, 'GET', '/rest/v1/rpc/who_am_i');
        case 'post': return assertKnows(await ask('POST', '/rest/v1/rpc/who_am_i', {}), who, tag, 'POST', '/rest/v1/rpc/who_am_i');
        case 'rows': {
            const rows = JSON.parse((await ask('GET', '/rest/v1/accounts?select=owner')).text);
            assert.equal(rows.length, who.know.accounts);
            if (who.know.sub) assert.equal(rows[0].owner, who.know.sub);
            return undefined;
        }
        case 'write': {
            const answer = await ask('POST', '/rest/v1/rpc/note_and_tell', {note: randomUUID(), text: tag});
            if (who.know.sub) return assertKnows(answer, who, tag, 'POST', '/rest/v1/rpc/note_and_tell');
            return assert.ok([400, 401].includes(answer.status), `${answer.status} ${answer.text}`); // no owner; no right
        }
        case 'wrong_write': {
            const answer = await ask('POST', '/rest/v1/notes', {id: randomUUID(), body: tag, owner: subject(99)});
            return assert.equal(answer.status, who.know.role === 'service_role' ? 201 : who.know.role === 'anon' ? 401 : 403, answer.text);
        }
        case 'error': {
            const answer = await ask('GET', `/rest/v1/rpc/refuse?tag=${tag}`);
            return assert.equal(JSON.parse(answer.text).message, `refused ${tag}`);
        }
        default: {
            const answer = await ask('GET', `/rest/v1/accounts?owner=eq.${tag}`);
            return assert.match(answer.text, new RegExp(`type uuid: \\\\"${tag}\\\\"`));
        }
    }
}

async function leaks(binary, steps, extra) {
    return withProject(binary, {extra}, async ({dapur, postgres, database}) => {
        await together(IDENTITIES, async (n) => {
            const r = random(1000 + n), who = identity(dapur, n);
            for (let i = 0; i < steps; i++) await leakStep(dapur, r, who, `w${n}x${i}`);
        });
        const rows = await postgres.sql(`select count(*), count(distinct owner) from notes where body like 'w%' and owner <> '${subject(99)}'`, {database});
        const wrong = await postgres.value(`select count(*) from notes where owner <> '${subject(99)}'
            and owner <> ('00000000-0000-4000-8000-' || lpad(substring(body from 'w(\\d+)x'), 12, '0'))::uuid`, {database});
        assert.equal(wrong, '0', 'a note has another owner than its writer');
        return `${IDENTITIES * steps} requests, ${rows[0][0]} notes of ${rows[0][1]} owners`;
    });
}

export async function run(binary, {short}) {
    await check(`${short ? 2000 : 10000} pipelined requests: each body is its own request's`, () => pipelines(binary, short ? 2000 : 10000, []));
    await check('claims and role of one request never reach another', () => leaks(binary, short ? 30 : 120, []));
}

// A server that takes TLS alone: it is verified, every session is encrypted, and a server that cannot show who it is
// is refused at the start.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, test} from 'node:test';
import {readKeys, startServer} from '../api/lib/server.mjs';
import {missing, startPostgres} from '../lib/postgres.mjs';

const binary = process.env.DAPUR_BINARY ?? new URL('../../build/release/dapur', import.meta.url).pathname;
const skip = missing() ?? false;
const HOST = 'localhost'; // the certificate's name
const PASSWORD = randomBytes(15).toString('base64url');
const HBA = 'local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n';
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

let folder, postgres, database;

const openssl = (...args) => execFileSync('openssl', args, {cwd: folder, stdio: ['ignore', 'ignore', 'pipe']});

function makeRoot(name) {
    openssl('req', '-x509', ...EC, '-days', '2', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`);
}

function makeCertificate(root) {
    writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${HOST}\n`);
    openssl('req', ...EC, '-subj', `/CN=${HOST}`, '-keyout', 'server.key', '-out', 'server.csr');
    openssl('x509', '-req', '-days', '2', '-in', 'server.csr', '-CA', `${root}.crt`, '-CAkey', `${root}.key`, '-CAcreateserial',
        '-extfile', 'names', '-out', 'server.crt');
}

before(async () => {
    if (skip) return;
    folder = mkdtempSync(join(tmpdir(), 'dapur-tls-'));
    mkdirSync(join(folder, 'migrations'));
    writeFileSync(join(folder, 'migrations', '1_items.sql'), 'create table items (id int primary key);\ninsert into items values (1);\n');
    makeRoot('root');
    makeRoot('stranger');
    makeCertificate('root');
    const file = (name) => readFileSync(join(folder, name), 'utf8');
    postgres = await startPostgres({
        tcp: true,
        files: {'hba.conf': HBA, 'server.key': file('server.key'), 'server.crt': file('server.crt')},
        settings: {ssl: 'on', hba_file: 'hba.conf', ssl_key_file: '../server.key', ssl_cert_file: '../server.crt', password_encryption: 'scram-sha-256'},
    });
    await postgres.sql(`alter role ${postgres.admin} password '${PASSWORD}'`);
    database = await postgres.createDatabase();
});

after(async () => {
    await postgres?.stop();
    if (folder) rmSync(folder, {recursive: true, force: true});
});

const urlOf = ({host = HOST, root = 'root', mode = 'verify-full'} = {}) =>
    `${postgres.url(database, {tcp: true, host, password: PASSWORD})}?sslmode=${mode}&sslrootcert=${encodeURIComponent(join(folder, `${root}.crt`))}`;

const start = (url) => startServer([binary], folder, join(folder, 'data'), ['--db', url]);

async function assertRefused(url, why) {
    await assert.rejects(start(url), (error) => {
        assert.match(error.message, why);
        assert.ok(!error.message.includes(PASSWORD), 'the password is in the message');
        return true;
    });
    const sessions = await postgres.sessions(database, {application: 'dapur'});
    assert.deepEqual(sessions, [], 'a server that was refused has sessions');
}

test('every session is encrypted', {skip}, async () => {
    const server = await start(urlOf());
    const keys = await readKeys([binary], folder, join(folder, 'data'), ['--db', urlOf()]);
    for (let i = 0; i < 20; i++) {
        const answer = await fetch(`${server.base}/rest/v1/items`, {headers: {apikey: keys.secret}});
        assert.deepEqual([answer.status, await answer.json()], [200, [{id: 1}]]);
    }
    const sessions = await postgres.sql(`select s.ssl, s.version from pg_stat_ssl s join pg_stat_activity a using (pid)
        where a.datname = '${database}' and a.application_name = 'dapur'`);
    assert.equal(await server.stop(), null);
    assert.ok(sessions.length > 1);
    for (const session of sessions) assert.deepEqual(session, ['t', 'TLSv1.3']);
    assert.ok(!server.log().includes(PASSWORD));
});

test('a server of another root is refused', {skip}, () =>
    assertRefused(urlOf({root: 'stranger'}), /certificate verify failed/));

test('a certificate for another host is refused', {skip}, () =>
    assertRefused(urlOf({host: '127.0.0.1'}), /certificate for "localhost".* does not match host name "127\.0\.0\.1"/));

test('a server that takes TLS alone refuses a session without', {skip}, () =>
    assertRefused(urlOf({mode: 'disable'}), /no pg_hba\.conf entry .* no encryption/));

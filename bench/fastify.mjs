// fastify.mjs DATABASE SECRET - the peer: what a good Node developer writes for the same three requests.
// Fastify 5 with response schemas, better-sqlite3 with prepared statements, HS256 by node:crypto, the
// owner checked in SQL, durable writes (WAL, synchronous=FULL).
import {createHmac, timingSafeEqual} from 'node:crypto';
import Database from 'better-sqlite3';
import Fastify from 'fastify';

const [path, secret] = process.argv.slice(2);
const OWNERS = 100, ROWS = 10000;
const owner = (n) => `00000000-0000-4000-8000-${String(n % OWNERS).padStart(12, '0')}`;

function open() {
    const db = new Database(path);
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    db.exec(`CREATE TABLE items (id INTEGER PRIMARY KEY AUTOINCREMENT, owner TEXT NOT NULL, title TEXT NOT NULL,
        price REAL NOT NULL, done INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL) STRICT;
        CREATE INDEX items_owner_id_idx ON items (owner, id)`);
    const insert = db.prepare('INSERT INTO items (owner, title, price, done, created_at) VALUES (?, ?, ?, ?, ?)');
    db.transaction(() => {
        for (let n = 1; n <= ROWS; n++) insert.run(owner(n), `item number ${n}`, (n % 1000) + 0.5, n % 3 === 0 ? 1 : 0, new Date().toISOString());
    })();
    return {db, insert};
}

// The claims of a valid token, or null (RFC 7515, RFC 7519).
function verify(header) {
    const [head, body, mark] = (header ?? '').replace(/^Bearer /, '').split('.');
    if (!mark) return null;
    const wanted = createHmac('sha256', secret).update(`${head}.${body}`).digest();
    const given = Buffer.from(mark, 'base64url');
    if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) return null;
    if (JSON.parse(Buffer.from(head, 'base64url')).alg !== 'HS256') return null;
    const claims = JSON.parse(Buffer.from(body, 'base64url'));
    return claims.exp > Date.now() / 1000 ? claims : null;
}

const item = {type: 'object', properties: {
    id: {type: 'integer'}, owner: {type: 'string'}, title: {type: 'string'}, price: {type: 'number'}, done: {type: 'boolean'}, created_at: {type: 'string'},
}};
const list = {schema: {response: {200: {type: 'array', items: item}}}};
const body = {type: 'object', required: ['title', 'price'], properties: {title: {type: 'string'}, price: {type: 'number'}, done: {type: 'boolean'}}};

const {db, insert} = open();
const columns = 'id, owner, title, price, done, created_at';
const one = db.prepare(`SELECT ${columns} FROM items WHERE id = ? AND owner = ?`);
const page = db.prepare(`SELECT ${columns} FROM items WHERE owner = ? ORDER BY id LIMIT ?`);

const app = Fastify();
app.addHook('onRequest', (request, reply, next) => {
    request.claims = verify(request.headers.authorization);
    if (request.claims) next();
    else reply.code(401).send({message: 'JWT invalid'});
});
app.get('/items/:id', list, (request, reply) => reply.send(one.all(Number(request.params.id), request.claims.sub)));
app.get('/items', list, (request, reply) => reply.send(page.all(request.claims.sub, Number(request.query.limit))));
app.post('/items', {schema: {body}}, (request, reply) => {
    const {title, price, done = false} = request.body;
    insert.run(request.claims.sub, title, price, done ? 1 : 0, new Date().toISOString());
    reply.code(201).send();
});
await app.listen({host: '127.0.0.1', port: 0});
console.log(`ready http://127.0.0.1:${app.server.address().port}`);

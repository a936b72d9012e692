// kill -9 under load: what was acknowledged is there, what was refused is not, and the file is whole.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {check, sleep, together} from './lib/harness.mjs';
import {Dapur} from './lib/dapur.mjs';

const WRITERS = 64, LOAD_LEAST_MS = 150, LOAD_MOST_MS = 900;

// Requests that must be refused, with an id that must never appear.
const BAD = [
    (id) => ({body: {id, n: -1, payload: 'a check that fails'}, status: 400, code: '23514'}),
    (id) => ({body: {id, n: 1, payload: 'another owner', owner: randomUUID()}, status: 403, code: '42501'}),
    (id) => ({body: {id, n: 1, payload: 'no such parent', parent: 999}, status: 409, code: '23503'}),
    (id) => ({body: {id, n: 1}, status: 400, code: '23502'}),
];

class Writer {
    constructor(dapur, number, book) {
        Object.assign(this, {dapur, number, book, subject: randomUUID(), turn: 0});
        this.token = dapur.token(this.subject);
    }
    async post(body) {
        const answer = await this.dapur.ask('POST', '/rest/v1/entries', {body, token: this.token});
        if (answer.status === 201) this.book.acknowledged.add(body.id);
        else this.book.refused.add(body.id);
        return answer;
    }
    async once() {
        const id = randomUUID();
        const bad = this.turn++ % 5 === 4 ? BAD[(this.turn + this.number) % BAD.length](id) : null;
        const answer = await this.post(bad ? bad.body : {id, n: this.turn, payload: `writer ${this.number}`, parent: this.turn % 2 ? 1 : null});
        const wanted = bad ? bad.status : 201;
        if (answer.status !== wanted || (bad && JSON.parse(answer.text).code !== bad.code))
            this.book.surprises.push(`${JSON.stringify(bad?.body ?? 'good')}: ${answer.status} ${answer.text}`);
    }
    // Until the connection breaks: then the server is gone, and the last request's outcome is unknown.
    async run(dying) {
        try {
            for (;;) await this.once();
        } catch (error) {
            if (!dying()) throw error;
        }
    }
}

async function round(dapur, book, index) {
    let dying = false;
    const writers = Promise.all(Array.from({length: WRITERS}, (_, i) => new Writer(dapur, i, book).run(() => dying)));
    await sleep(LOAD_LEAST_MS + Math.random() * (LOAD_MOST_MS - LOAD_LEAST_MS));
    book.most = Math.max(book.most, await dapur.metric('dapur_db_batch_writes_most'));
    dying = true;
    await dapur.kill();
    await writers;
    if (index % 2) await dapur.assertIntegrity(); // by the command itself, which recovers the log
    await dapur.start();
    if (!(index % 2)) await dapur.assertIntegrity(); // by the server that has recovered it
    const found = new Set((await dapur.all('/rest/v1/entries?select=id')).map((row) => row.id));
    const lost = [...book.acknowledged].filter((id) => !found.has(id));
    const ghosts = [...book.refused].filter((id) => found.has(id));
    assert.deepEqual(lost, [], 'acknowledged, and gone');
    assert.deepEqual(ghosts, [], 'refused, and there');
    assert.deepEqual(book.surprises.slice(0, 5), []);
}

export async function run(binary, {rounds}) {
    await check(`kill -9 under ${WRITERS} writers, ${rounds} rounds`, async () => {
        const dapur = await new Dapur(binary).start();
        const book = {acknowledged: new Set(), refused: new Set(), surprises: [], most: 0};
        try {
            for (let i = 0; i < rounds; i++) await round(dapur, book, i);
            assert.ok(book.acknowledged.size > rounds * WRITERS, `only ${book.acknowledged.size} writes`);
            assert.ok(book.refused.size > rounds, `only ${book.refused.size} refusals`);
            assert.ok(book.most > 1, 'no batch was larger than one');
            return `${book.acknowledged.size} acknowledged, ${book.refused.size} refused, batches up to ${book.most}`;
        } finally {
            await dapur.remove();
        }
    });
    await check('a second process on the same data folder is refused', async () => {
        const dapur = await new Dapur(binary).start();
        try {
            const {code, out} = await dapur.command('serve', dapur.folder, '--listen', '127.0.0.1:0');
            assert.equal(code, 2);
            assert.match(out, /in use by another process/);
            assert.equal((await dapur.ask('GET', '/rest/v1/parents', {token: dapur.token(randomUUID())})).status, 200);
        } finally {
            await dapur.remove();
        }
    });
    await check('a server that is told to end answers what it has taken', async () => {
        const dapur = await new Dapur(binary).start();
        try {
            const acknowledged = [];
            let ending = false;
            const writers = together(16, async () => {
                const token = dapur.token(randomUUID());
                try {
                    for (;;) {
                        const id = randomUUID();
                        const {status} = await dapur.ask('POST', '/rest/v1/entries', {token, body: {id, n: 1, payload: 'x'}});
                        if (status === 201) acknowledged.push(id);
                        else if (!ending) throw new Error(`status ${status}`);
                    }
                } catch (error) {
                    if (!ending) throw error;
                }
            });
            await sleep(300);
            ending = true;
            dapur.child.kill('SIGTERM');
            await dapur.exited();
            assert.equal(dapur.child.exitCode, 0, dapur.errors);
            await writers;
            dapur.agent.destroy();
            await dapur.start();
            const found = new Set((await dapur.all('/rest/v1/entries?select=id')).map((row) => row.id));
            assert.ok(acknowledged.length > 0 && acknowledged.every((id) => found.has(id)));
        } finally {
            await dapur.remove();
        }
    });
}

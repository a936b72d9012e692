// A migration while 64 clients read and write: nobody sees half of it, nobody reads unfiltered, and what
// is not done is told with 503.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {check, sleep, together} from './lib/harness.mjs';
import {Dapur} from './lib/dapur.mjs';

const CLIENTS = 64, ROWS_OF_OTHERS = 2000;
const OLD = ['id', 'owner', 'n', 'payload', 'parent', 'created_at'];
// The names of a row's columns after 0, 1, 2 migrations.
const SHAPES = [OLD, [...OLD, 'kind', 'extra'], [...OLD, 'kind', 'extra', 'weight']].map((names) => names.join());

const MIGRATIONS = [
    ['20260201000000_more.sql', `
        alter table public.entries add column kind text not null default 'plain';
        update public.entries set payload = payload || '!';
        alter table public.entries add column extra integer default 7;`],
    // A changed type and a new constraint: the table is rebuilt.
    ['20260202000000_rebuild.sql', `
        alter table public.entries alter column payload type varchar(2000);
        alter table public.entries add column weight numeric(8, 3) not null default 0.5;
        alter table public.entries add constraint entries_kind_check check (kind <> '');
        create index entries_kind_idx on public.entries (kind);`],
    // Fails at its end: nothing of it may be seen, ever.
    ['20260203000000_broken.sql', `
        alter table public.entries add column never integer;
        drop policy own_entries on public.entries;
        insert into public.parents (id) values (1);`],
];

class Client {
    constructor(dapur, book) {
        Object.assign(this, {dapur, book, subject: randomUUID()});
        this.token = dapur.token(this.subject);
    }
    async write() {
        const id = randomUUID();
        const answer = await this.dapur.ask('POST', '/rest/v1/entries', {token: this.token, body: {id, n: 1, payload: 'mine'}});
        this.book.statuses.add(`POST ${answer.status}`);
        if (answer.status === 201) this.book.acknowledged.push(id);
        else if (answer.status !== 503) this.book.wrong.push(`POST ${answer.status} ${answer.text}`);
        else if (!answer.headers['retry-after']) this.book.wrong.push('a 503 without Retry-After');
    }
    async read() {
        const answer = await this.dapur.ask('GET', '/rest/v1/entries?limit=20', {token: this.token});
        this.book.statuses.add(`GET ${answer.status}`);
        if (answer.status === 503) return;
        if (answer.status !== 200) return this.book.wrong.push(`GET ${answer.status} ${answer.text}`);
        for (const row of JSON.parse(answer.text)) {
            if (row.owner !== this.subject) this.book.wrong.push('a row of somebody else');
            const shape = SHAPES.indexOf(Object.keys(row).join());
            this.book.shapes.add(shape);
            if (shape < 0 || (shape > 0 && row.payload === 'mine' && row.kind !== 'plain')) this.book.wrong.push(`half a schema: ${JSON.stringify(row)}`);
        }
    }
    async run(on) {
        while (on()) {
            await this.write();
            await this.read();
        }
    }
}

async function migrateUnderLoad(dapur, book) {
    let on = true;
    const clients = together(CLIENTS, () => new Client(dapur, book).run(() => on));
    try {
        await sleep(300);
        for (const [index, [file, text]] of MIGRATIONS.entries()) {
            writeFileSync(join(dapur.folder, 'migrations', file), text);
            const {code, out} = await dapur.command('migrate', 'up', dapur.folder);
            if (index < 2) assert.equal(code, 0, out);
            else assert.equal(code, 1, 'the broken migration was taken');
            if (index === 2) assert.match(out, /23505|duplicate key/);
            await sleep(300);
        }
    } finally {
        on = false;
        await clients;
    }
}

export async function run(binary) {
    await check(`three migrations while ${CLIENTS} clients read and write`, async () => {
        const dapur = await new Dapur(binary).start();
        const book = {acknowledged: [], wrong: [], shapes: new Set(), statuses: new Set()};
        try {
            const others = Array.from({length: ROWS_OF_OTHERS}, () => ({id: randomUUID(), owner: randomUUID(), n: 1, payload: 'secret'}));
            assert.equal((await dapur.asService('POST', '/rest/v1/entries', others)).status, 201);
            await migrateUnderLoad(dapur, book);
            assert.deepEqual([...new Set(book.wrong)].slice(0, 5), []);
            assert.deepEqual([...book.shapes].sort(), [0, 1, 2]);
            const rows = await dapur.all('/rest/v1/entries?select=id,payload,kind,extra,weight');
            const found = new Map(rows.map((row) => [row.id, row]));
            assert.deepEqual(book.acknowledged.filter((id) => !found.has(id)), [], 'acknowledged, and gone');
            assert.ok(others.every((row) => found.get(row.id).payload === 'secret!' && found.get(row.id).weight === 0.5));
            await dapur.assertIntegrity();
            const status = await dapur.command('migrate', 'status', dapur.folder);
            assert.match(status.out, /pending +20260203000000_broken.sql/);
            return `${book.acknowledged.length} acknowledged; ${[...book.statuses].sort().join(', ')}`;
        } finally {
            await dapur.remove();
        }
    });
}

// One bad request in a batch never fails another: each kind of failure beside 63 good writes.
import assert from 'node:assert/strict';
import {randomUUID} from 'node:crypto';
import {check, sleep, together} from './lib/harness.mjs';
import {Dapur, onSmallDisk} from './lib/dapur.mjs';

const GOOD = 63, HOLD_ROWS = 4000;

const entry = (id, more = {}) => ['POST', '/rest/v1/entries', {id, n: 1, payload: 'good', ...more}];

// name, the bad request, the answer it must get; replays: it takes the whole transaction down.
const KINDS = [
    {name: 'a deferred key', bad: (id) => entry(id, {parent: 999}), status: 409, code: '23503'},
    {name: 'a check', bad: (id) => entry(id, {n: -1}), status: 400, code: '23514'},
    {name: 'a row that the policy refuses', bad: (id) => entry(id, {owner: randomUUID()}), status: 403, code: '42501'},
    {name: 'an interrupt (over its time)', bad: (id) => ['POST', '/rest/v1/rpc/burn', {entry: id}], code: '57014'},
    {name: 'an interrupt in the middle of a write', bad: (id) => ['POST', '/rest/v1/rpc/burn_writing', {entry: id}], code: '57014', replays: 1},
];

// All at once while the writer is held, so that they wait in one queue and share a batch.
async function sideBySide(dapur, [method, path, body], badId) {
    const token = dapur.token(randomUUID()), good = Array.from({length: GOOD}, () => randomUUID());
    await together(GOOD + 1, () => dapur.ask('GET', '/rest/v1/parents', {token})); // connections are open
    const held = dapur.asService('POST', '/rest/v1/rpc/hold_writer', {rows: HOLD_ROWS});
    await sleep(5);
    const answers = good.map((id) => dapur.ask('POST', '/rest/v1/entries', {token, body: {id, n: 1, payload: 'good'}}));
    answers.splice(GOOD / 2, 0, dapur.ask(method, path, {token, body}));
    const all = await Promise.all(answers);
    assert.equal((await held).status, 200);
    const [bad] = all.splice(GOOD / 2, 1);
    assert.deepEqual(all.filter((answer) => answer.status !== 201).map((answer) => answer.status + answer.text), []);
    const found = new Set((await dapur.all('/rest/v1/entries?select=id')).map((row) => row.id));
    assert.ok(good.every((id) => found.has(id)), 'a good write is missing');
    assert.ok(!found.has(badId), 'the bad write is there');
    return bad;
}

export async function run(binary) {
    const dapur = await new Dapur(binary).start();
    try {
        for (const {name, bad, status, code, replays = 0} of KINDS) await check(`63 good writes beside ${name}`, async () => {
            const id = randomUUID();
            const before = await dapur.metric('dapur_db_replays_total');
            const answer = await sideBySide(dapur, bad(id), id);
            assert.ok(await dapur.metric('dapur_db_replays_total') >= before + replays, 'nothing was replayed');
            assert.equal(JSON.parse(answer.text).code, code, `${answer.status} ${answer.text}`);
            if (status) assert.equal(answer.status, status);
        });
        await check('they did share batches', async () => {
            const most = await dapur.metric('dapur_db_batch_writes_most');
            assert.ok(most > 1, `batches of at most ${most}`);
            await dapur.assertIntegrity();
            return `up to ${most} in one`;
        });
    } finally {
        await dapur.remove();
    }
    await check('63 good writes beside one that does not fit on the disk', async () => {
        const small = await onSmallDisk(binary, '8m', ['--database.disk_free_bytes_min=0']);
        try {
            const id = randomUUID();
            const answer = await sideBySide(small, entry(id, {payload: 'x'.repeat(9e6)}), id);
            assert.equal(answer.status, 507, answer.text.slice(0, 300));
            assert.equal(JSON.parse(answer.text).code, '53100');
            const token = small.token(randomUUID());
            assert.equal((await small.ask('GET', '/rest/v1/entries?select=id&limit=1', {token})).status, 200);
            assert.equal((await small.ask('POST', '/rest/v1/entries', {token, body: {id: randomUUID(), n: 1, payload: 'small'}})).status, 201);
        } finally {
            await small.remove();
        }
    });
}

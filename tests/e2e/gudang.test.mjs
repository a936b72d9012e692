// The warehouse as each of its users: what supabase-js is allowed to do, and what it is refused.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {openWarehouse, signIn, visitor} from './helpers/gudang.mjs';

let warehouse, admin, staff, guest;
before(async () => {
    warehouse = await openWarehouse();
    admin = await signIn(warehouse, 'admin');
    staff = await signIn(warehouse, 'sari');
    guest = visitor(warehouse);
});
after(async () => assert.equal(await warehouse?.stop(), null));

const BARCODE = '8991000000003'; // the first of the seed
const NEW_BARCODE = '8999999000005';

async function ok(request) {
    const {data, error, status} = await request;
    assert.equal(error, null, error && `${status} ${error.code} ${error.message}`);
    return data;
}
async function refused(request, status, code, message) {
    const answer = await request;
    assert.ok(answer.error, `it was allowed: ${JSON.stringify(answer.data)}`);
    assert.deepEqual([answer.status, answer.error.code], [status, code], answer.error.message);
    if (message) assert.match(answer.error.message, message);
}
const stockOf = async (barcode) =>
    (await ok(admin.from('stock_overview').select('quantity').eq('barcode', barcode).single())).quantity;
const counted = async (client, table) => {
    const {count, error} = await client.from(table).select('*', {count: 'exact', head: true});
    assert.equal(error, null);
    return count;
};

// GS1: weights 1 and 3 from the left of the twelve digits; the sum with the check digit is a multiple of ten.
function checkDigitIsRight(code) {
    const digits = [...code].map(Number);
    return digits.reduce((sum, digit, index) => sum + digit * (index % 2 ? 3 : 1), 0) % 10 === 0;
}

describe('the seed', () => {
    test('has 200 products, each with a right EAN-13 code, a name, a price and a category', async () => {
        const rows = await ok(admin.from('products').select('barcode,name,price,categories(name),suppliers(name)'));
        assert.equal(rows.length, 200);
        assert.equal(new Set(rows.map((row) => row.barcode)).size, 200);
        assert.equal(new Set(rows.map((row) => row.name)).size, 200);
        for (const row of rows) {
            assert.match(row.barcode, /^\d{13}$/);
            assert.ok(checkDigitIsRight(row.barcode), row.barcode);
            assert.ok(row.price > 0 && row.categories.name && row.suppliers.name, row.name);
        }
    });
    test('keeps the ledger and the stock in step', async () => {
        const stock = await ok(admin.from('stock').select('product_id,location_id,quantity'));
        const moves = await ok(admin.from('movements').select('product_id,location_id,quantity').limit(100000));
        const all = [...moves];
        for (let from = moves.length; all.length % 1000 === 0 && from; from = all.length) {
            const more = await ok(admin.from('movements').select('product_id,location_id,quantity').order('id').range(from, from + 999));
            if (!more.length) break;
            all.push(...more);
        }
        const sums = new Map();
        for (const m of all) sums.set(`${m.product_id}/${m.location_id}`, (sums.get(`${m.product_id}/${m.location_id}`) ?? 0) + m.quantity);
        assert.deepEqual(Object.fromEntries(stock.map((s) => [`${s.product_id}/${s.location_id}`, s.quantity])), Object.fromEntries(sums));
        assert.ok(stock.every((s) => s.quantity >= 0));
    });
    test('has some products that run low, and the summary agrees', async () => {
        const low = await ok(admin.from('stock_overview').select('quantity,minimum_stock').is('low', true));
        assert.ok(low.length >= 5 && low.length <= 60, `${low.length} are low`);
        assert.ok(low.every((p) => p.quantity < p.minimum_stock));
        const summary = await ok(admin.from('stock_summary').select('*').single());
        assert.equal(summary.low, low.length);
        assert.equal(summary.products, 200);
    });
});

describe('an administrator', () => {
    test('is who the login says', async () => {
        const {data} = await admin.auth.getUser();
        assert.equal(data.user.email, warehouse.logins.admin.email);
        assert.equal(data.user.app_metadata.role, 'admin');
    });
    test('creates, reads, edits and deletes a product', async () => {
        const made = await ok(admin.from('products').insert({
            barcode: NEW_BARCODE, name: 'Gula Batu 250 g', category_id: 2, price: '12345678901.10', minimum_stock: 3,
        }).select().single());
        assert.equal(made.name, 'Gula Batu 250 g');
        assert.equal(typeof made.id, 'number');
        const changed = await ok(admin.from('products').update({price: '9500.50'}).eq('id', made.id).select('price').single());
        assert.equal(changed.price, 9500.5);
        assert.equal((await ok(admin.from('products').select('id').eq('barcode', NEW_BARCODE))).length, 1);
        await ok(admin.from('products').delete().eq('id', made.id));
        assert.deepEqual(await ok(admin.from('products').select('id').eq('barcode', NEW_BARCODE)), []);
    });
    test('changes master data: categories, suppliers, locations', async () => {
        for (const [table, row] of [['categories', {name: 'Buah'}], ['suppliers', {name: 'UD Buah Segar'}], ['locations', {code: 'DOCK', name: 'Dermaga'}]]) {
            const made = await ok(admin.from(table).insert(row).select().single());
            await ok(admin.from(table).delete().eq('id', made.id));
        }
    });
    test('receives goods: stock and ledger grow together', async () => {
        const before = await stockOf(BARCODE);
        const movement = await ok(admin.rpc('receive_goods', {product_barcode: BARCODE, amount: 5, remark: 'pallet 7'}));
        assert.equal(movement.kind, 'receipt');
        assert.equal(movement.quantity, 5);
        assert.equal(movement.note, 'pallet 7');
        assert.equal(movement.created_by, (await admin.auth.getUser()).data.user.id);
        assert.equal(await stockOf(BARCODE), before + 5);
    });
    test('is told what is wrong with a product', async () => {
        const good = {barcode: '8999999000012', name: 'X', category_id: 1, price: 1};
        await refused(admin.from('products').insert({...good, barcode: BARCODE}), 409, '23505', /products_barcode_key/);
        await refused(admin.from('products').insert({...good, barcode: '12'}), 400, '23514');
        await refused(admin.from('products').insert({...good, price: -1}), 400, '23514', /products_price_check/);
        await refused(admin.from('products').insert({...good, category_id: 999}), 409, '23503');
        await refused(admin.from('products').insert({...good, name: null}), 400, '23502', /name/);
        await refused(admin.from('products').insert({...good, price: 'much'}), 400, '22P02');
        await refused(admin.from('products').insert({...good, colour: 'red'}), 400, 'PGRST204', /colour/);
    });
    test('is told what is wrong with a receipt', async () => {
        const receive = (values) => admin.rpc('receive_goods', {product_barcode: BARCODE, amount: 1, ...values});
        await refused(receive({amount: 0}), 400, '22023', /above zero/);
        await refused(receive({product_barcode: '8990000000000'}), 400, '22023', /8990000000000/);
        await refused(receive({location_code: 'MOON'}), 400, '22023', /MOON/);
    });
});

describe('staff', () => {
    test('read everything', async () => {
        for (const table of ['categories', 'suppliers', 'products', 'locations', 'stock', 'movements', 'stock_overview', 'movement_days'])
            assert.ok((await ok(staff.from(table).select('*').limit(3))).length > 0, table);
    });
    test('cannot insert a product', async () => {
        await refused(staff.from('products').insert({barcode: NEW_BARCODE, name: 'X', category_id: 1, price: 1}), 403, '42501', /row-level security/);
        assert.deepEqual(await ok(admin.from('products').select('id').eq('barcode', NEW_BARCODE)), []);
    });
    test('update and delete match no row', async () => {
        const before = await ok(admin.from('products').select('*').eq('barcode', BARCODE).single());
        const updated = await staff.from('products').update({price: 1}).eq('barcode', BARCODE);
        assert.equal(updated.status, 204);
        assert.deepEqual((await staff.from('products').update({price: 1}).eq('barcode', BARCODE).select()).data, []);
        assert.deepEqual((await staff.from('products').delete().eq('barcode', BARCODE).select()).data, []);
        assert.deepEqual(await ok(admin.from('products').select('*').eq('barcode', BARCODE).single()), before);
    });
    test('cannot turn an upsert into an update', async () => {
        await refused(staff.from('products').upsert({barcode: BARCODE, name: 'Mine', category_id: 1, price: 1}, {onConflict: 'barcode'}), 403, '42501');
        assert.notEqual((await ok(admin.from('products').select('name').eq('barcode', BARCODE).single())).name, 'Mine');
    });
    test('cannot receive goods, nor become an administrator', async () => {
        const before = await stockOf(BARCODE);
        await refused(staff.rpc('receive_goods', {product_barcode: BARCODE, amount: 1}), 403, '42501', /administrator/);
        assert.equal(await stockOf(BARCODE), before);
        await staff.auth.updateUser({data: {role: 'admin'}});
        await staff.auth.refreshSession();
        await refused(staff.rpc('receive_goods', {product_barcode: BARCODE, amount: 1}), 403, '42501');
    });
    test('sell; the total is computed in the database', async () => {
        const [a, b] = await ok(admin.from('stock_overview').select('barcode,price,quantity').gt('quantity', 10).order('id').limit(2));
        const sale = await ok(staff.rpc('record_sale', {items: [{barcode: a.barcode, quantity: 2}, {barcode: b.barcode, quantity: 3}, {barcode: a.barcode, quantity: 1}]}));
        assert.equal(sale.total, 3 * a.price + 3 * b.price);
        assert.equal(sale.sold_by, (await staff.auth.getUser()).data.user.id);
        assert.equal(await stockOf(a.barcode), a.quantity - 3);
        assert.equal(await stockOf(b.barcode), b.quantity - 3);
        const lines = await ok(staff.from('sale_lines').select('quantity,unit_price,line_total,products(barcode)').eq('sale_id', sale.id).order('line'));
        assert.deepEqual(lines, [
            {quantity: 3, unit_price: a.price, line_total: 3 * a.price, products: {barcode: a.barcode}},
            {quantity: 3, unit_price: b.price, line_total: 3 * b.price, products: {barcode: b.barcode}},
        ]);
        const moves = await ok(staff.from('movements').select('kind,quantity').eq('sale_id', sale.id));
        assert.deepEqual(moves, [{kind: 'sale', quantity: -3}, {kind: 'sale', quantity: -3}]);
    });
    test('sell amounts that binary fractions cannot hold', async () => {
        const made = await ok(admin.from('products').insert({barcode: NEW_BARCODE, name: 'Permen', category_id: 6, price: '0.10'}).select().single());
        await ok(admin.rpc('receive_goods', {product_barcode: NEW_BARCODE, amount: 10}));
        const answer = await fetch(`${warehouse.base}/rest/v1/rpc/record_sale`, {
            method: 'POST', body: JSON.stringify({items: [{barcode: NEW_BARCODE, quantity: 3}]}),
            headers: {apikey: warehouse.keys.publishable, 'Content-Type': 'application/json', Authorization: `Bearer ${(await staff.auth.getSession()).data.session.access_token}`},
        });
        assert.match(await answer.text(), /"total":\s?0\.30[,}]/);
        assert.ok(made.id);
    });
    test('are refused an oversale with the name of the first short product; nothing changes', async () => {
        const [a, b] = await ok(admin.from('stock_overview').select('barcode,name,quantity').gt('quantity', 10).order('id').limit(2));
        const [sales, moves] = [await counted(admin, 'sales'), await counted(admin, 'movements')];
        const items = [{barcode: a.barcode, quantity: 1}, {barcode: b.barcode, quantity: b.quantity + 1}];
        await refused(staff.rpc('record_sale', {items}), 400, 'P0001', new RegExp(`not enough ${b.name}: ${b.quantity + 1} wanted, ${b.quantity} in stock`));
        assert.deepEqual([await stockOf(a.barcode), await stockOf(b.barcode)], [a.quantity, b.quantity]);
        assert.deepEqual([await counted(admin, 'sales'), await counted(admin, 'movements')], [sales, moves]);
    });
    test('are told what is wrong with a sale', async () => {
        const sell = (items) => staff.rpc('record_sale', {items});
        await refused(sell([]), 400, '22023', /at least one line/);
        await refused(sell({}), 400, '22023', /list/);
        await refused(sell([{barcode: BARCODE, quantity: 0}]), 400, '22023', /above zero/);
        await refused(sell([{barcode: BARCODE, quantity: -2}]), 400, '22023', /above zero/);
        await refused(sell([{quantity: 2}]), 400, '22023', /barcode/);
        await refused(sell([{barcode: BARCODE, quantity: 'two'}]), 400, '22P02');
        await refused(sell([{barcode: '8990000000000', quantity: 1}]), 400, '22023', /8990000000000/);
    });
});

describe('a visitor', () => {
    test('sees no row of any table, nor counts one', async () => {
        for (const table of ['categories', 'suppliers', 'products', 'locations', 'stock', 'sales', 'sale_lines', 'movements']) {
            assert.deepEqual(await ok(guest.from(table).select('*')), [], table);
            assert.equal(await counted(guest, table), 0, table);
        }
    });
    test('is refused the views and the functions', async () => {
        for (const view of ['stock_overview', 'stock_summary', 'movement_days'])
            await refused(guest.from(view).select('*'), 401, '42501');
        await refused(guest.rpc('record_sale', {items: [{barcode: BARCODE, quantity: 1}]}), 401, '42501');
        await refused(guest.rpc('receive_goods', {product_barcode: BARCODE, amount: 1}), 401, '42501');
    });
    test('cannot write', async () => {
        await refused(guest.from('products').insert({barcode: NEW_BARCODE, name: 'X', category_id: 1, price: 1}), 401, '42501');
        await refused(guest.from('sales').insert({location_id: 1, total: 0}), 401, '42501');
        await ok(guest.from('products').delete().gt('id', 0));
        assert.ok((await counted(admin, 'products')) >= 200);
    });
    test('without an apikey is 401', async () => {
        const answer = await fetch(`${warehouse.base}/rest/v1/products`);
        assert.equal(answer.status, 401);
        assert.ok((await answer.json()).message);
    });
    test('cannot sign in with a wrong password or forge a token', async () => {
        const {error} = await visitor(warehouse).auth.signInWithPassword({email: warehouse.logins.admin.email, password: 'not this one'});
        assert.equal(error.code, 'invalid_credentials');
        const [head, , mark] = (await staff.auth.getSession()).data.session.access_token.split('.');
        const claims = Buffer.from(JSON.stringify({role: 'service_role', exp: 4102444800})).toString('base64url');
        const answer = await fetch(`${warehouse.base}/rest/v1/products`, {headers: {apikey: warehouse.keys.publishable, Authorization: `Bearer ${head}.${claims}.${mark}`}});
        assert.equal(answer.status, 401);
    });
});

describe('the ledger', () => {
    test('is append-only, for administrators too', async () => {
        for (const client of [admin, staff]) {
            await refused(client.from('movements').update({quantity: 1}).gt('id', 0), 403, '42501');
            await refused(client.from('movements').delete().gt('id', 0), 403, '42501');
            await refused(client.from('movements').insert({product_id: 1, location_id: 1, kind: 'receipt', quantity: 1}), 403, '42501');
            await refused(client.from('stock').update({quantity: 9}).gt('product_id', 0), 403, '42501');
            await refused(client.from('sales').insert({location_id: 1, total: 0}), 403, '42501');
        }
    });
});

describe('many at once', () => {
    test('20 parallel sales of the last items never go below zero', async () => {
        const made = await ok(admin.from('products').insert({barcode: '8999999000029', name: 'Langka', category_id: 1, price: '7.00'}).select().single());
        await ok(admin.rpc('receive_goods', {product_barcode: made.barcode, amount: 7}));
        const other = await signIn(warehouse, 'budi');
        const answers = await Promise.all(Array.from({length: 20}, (_, i) =>
            (i % 2 ? staff : other).rpc('record_sale', {items: [{barcode: made.barcode, quantity: 1}]})));
        assert.equal(answers.filter((a) => !a.error).length, 7);
        for (const {error} of answers) if (error) assert.match(error.message, /^not enough Langka: 1 wanted, 0 in stock$/);
        assert.equal(await stockOf(made.barcode), 0);
        const moves = await ok(admin.from('movements').select('quantity').eq('product_id', made.id));
        assert.equal(moves.reduce((sum, m) => sum + m.quantity, 0), 0);
    });
});

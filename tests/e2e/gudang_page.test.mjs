// The warehouse's page in a real browser: scan, sell, receive, be refused; in both languages, on a phone
// and on a screen, by keyboard alone, with the server gone.
import assert from 'node:assert/strict';
import {after, before, describe, test} from 'node:test';
import {openWarehouse} from './helpers/gudang.mjs';
import {assertAccessible, assertFits, launch, openPage, screenshot, show, signInPage} from './helpers/page.mjs';

const RICE = {barcode: '8991000000003', name: 'Beras IR 64 1 kg'};
const COFFEE = {barcode: '8991006335208', name: 'Kopi Arabika Gayo 100 g'};
const VIEWS = ['sell', 'receive', 'stock', 'low', 'movements'];

let warehouse, browser;
before(async () => {
    warehouse = await openWarehouse();
    browser = await launch();
});
after(async () => {
    await browser?.close();
    assert.equal(await warehouse?.stop(), null);
});

async function visit(login, options) {
    const visited = await openPage(browser, warehouse.base, options);
    if (login) await signInPage(visited, warehouse.logins[login]);
    return visited;
}
// The number that the stock table shows; it refreshes by itself.
async function shownStock(visited, {barcode}) {
    await show(visited, 'stock');
    await visited.page.fill('#search', barcode);
    await visited.page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
    return Number((await visited.page.textContent(`[data-stock="${barcode}"] strong`)).replace(/\D/g, ''));
}
const line = ({page}, {barcode}) => page.waitForSelector(`[data-line="${barcode}"]`);
// Money has a no-break space after the currency.
const textOf = async ({page}, selector) => (await page.textContent(selector)).replaceAll('\u00a0', ' ');

// As a hand scanner does it: all keys within milliseconds, then Enter. The keys carry their times with them: on a
// busy machine they would arrive as slowly as a person types.
const SCANNER_GAP_S = 0.005;
const scanByKeys = async ({page}, code) => {
    const session = await page.context().newCDPSession(page);
    const digits = [...code].map((text) => ({text, key: text, code: `Digit${text}`, windowsVirtualKeyCode: text.charCodeAt(0)}));
    const keys = [...digits, {text: '\r', key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13}];
    const start = Date.now() / 1000;
    for (const [index, key] of keys.entries()) {
        const timestamp = start + index * SCANNER_GAP_S;
        await session.send('Input.dispatchKeyEvent', {type: 'keyDown', timestamp, ...key});
        await session.send('Input.dispatchKeyEvent', {...key, type: 'keyUp', text: undefined, timestamp});
    }
    await session.detach();
};

describe('the day of an administrator', () => {
    test('receives 5, sells 2, sees the stock change, is refused an oversale', async () => {
        const visited = await visit('admin');
        const {page, wrong} = visited;
        const atFirst = await shownStock(visited, RICE);

        await show(visited, 'receive');
        await page.fill('#scan', RICE.barcode);
        await page.keyboard.press('Enter');
        await page.waitForSelector('#amount');
        await page.fill('#amount', '5');
        await page.fill('#remark', 'truck 12');
        await page.click('#receive-button');
        await page.waitForSelector('#messages >> text=5 × ' + RICE.name);
        assert.equal(await shownStock(visited, RICE), atFirst + 5);

        await show(visited, 'sell');
        await scanByKeys(visited, RICE.barcode);
        await line(visited, RICE);
        await page.click(`[data-key="more${RICE.barcode}"]`);
        assert.equal(await textOf(visited, '#total'), 'Rp 29,000');
        await page.click('#record');
        await page.waitForSelector('#messages >> text=/Rp\\s29,000/');
        await page.waitForSelector('.rows >> text=' + RICE.name);
        assert.equal(await shownStock(visited, RICE), atFirst + 3);

        await show(visited, 'sell');
        await scanByKeys(visited, RICE.barcode);
        await line(visited, RICE);
        await page.fill(`[data-key="quantity${RICE.barcode}"]`, String(atFirst + 4));
        await page.press(`[data-key="quantity${RICE.barcode}"]`, 'Tab');
        await page.click('#record');
        const refusal = await page.waitForSelector('#cart .notice');
        assert.equal(await refusal.textContent(), `Not enough ${RICE.name}: ${atFirst + 4} wanted, ${atFirst + 3} in stock.`);
        assert.equal(await shownStock(visited, RICE), atFirst + 3);
        // The browser itself writes a line for the refused request; nothing else may be wrong.
        assert.deepEqual(wrong.filter((text) => !/status of 400/.test(text)), []);
        await visited.close();
    });

    test('sees a change that somebody else makes without doing anything', async () => {
        const [one, two] = [await visit('admin'), await visit('sari')];
        const before = await shownStock(one, COFFEE);
        await scanByKeys(two, COFFEE.barcode);
        await line(two, COFFEE);
        await two.page.click('#record');
        await two.page.waitForSelector('#cart .empty');
        await one.page.waitForFunction(([code, text]) => document.querySelector(`[data-stock="${code}"] strong`).textContent === text,
            [COFFEE.barcode, String(before - 1)]);
        await one.close();
        await two.close();
    });

    test('makes, changes and deletes a product', async () => {
        const visited = await visit('admin');
        const {page, wrong} = visited;
        await show(visited, 'stock');
        await page.click('#add-product');
        await page.waitForSelector('dialog[open]');
        await page.fill('#barcode', '8999999000036');
        await page.fill('#name', 'Teh Rosella 40 g');
        await page.fill('#price', '18500.50');
        await assertAccessible(visited, 'the dialog');
        await page.click('#save');
        await page.waitForSelector('#messages >> text=Saved');
        await page.fill('#search', 'rosella');
        await page.waitForFunction(() => document.querySelectorAll('tbody tr').length === 1);
        assert.match(await textOf(visited, 'tbody tr'), /Teh Rosella 40 g.*Rp 18,500\.50/);
        await page.click('[data-key^=edit]');
        await page.fill('#minimum', '4');
        await page.click('#save');
        await page.waitForSelector('tbody .tag');
        await page.click('[data-key^=edit]');
        await page.click('dialog .danger');
        await page.click('dialog .danger');
        await page.waitForSelector('.empty >> text=No product matches');
        await page.fill('#search', '');
        await page.click('#add-product');
        await page.fill('#barcode', RICE.barcode);
        await page.fill('#name', 'The same code again');
        await page.fill('#price', '1');
        await page.click('#save');
        assert.match(await (await page.waitForSelector('dialog .notice')).textContent(), /products_barcode_key/);
        assert.deepEqual(wrong.filter((text) => !/status of 409/.test(text)), []);
        await visited.close();
    });

    test('receives what is low straight from the list', async () => {
        const visited = await visit('admin');
        const {page} = visited;
        await show(visited, 'low');
        const low = await page.$$eval('[data-low]', (items) => items.map((item) => item.dataset.low));
        assert.ok(low.length > 0);
        await page.click(`[data-low="${low[0]}"] button`);
        await page.waitForSelector('#amount');
        await page.fill('#amount', '500');
        await page.click('#receive-button');
        await page.waitForSelector('#arrival .empty');
        await show(visited, 'low');
        assert.equal(await page.$$eval('[data-low]', (items) => items.length), low.length - 1);
        await visited.close();
    });

    test('sees a chart of the days, and the same as a table', async () => {
        const visited = await visit('admin');
        const {page} = visited;
        await show(visited, 'movements');
        await page.waitForSelector('.chart');
        assert.equal(await page.$$eval('.chart rect.received', (bars) => bars.length), 14);
        assert.equal(await page.$$eval('.chart rect.sold', (bars) => bars.length), 14);
        await page.click('summary');
        assert.equal(await page.$$eval('details tbody tr', (rows) => rows.length), 14);
        assert.match(await textOf(visited, '.rows'), new RegExp(RICE.name));
        await visited.close();
    });
});

describe('scanning', () => {
    test('a hand scanner works wherever the focus is, also on a number', async () => {
        const visited = await visit('sari');
        const {page, wrong} = visited;
        await show(visited, 'stock');
        await page.locator('#tab-stock').focus();
        await scanByKeys(visited, RICE.barcode); // leaves for the till
        await line(visited, RICE);
        await page.focus(`[data-key="quantity${RICE.barcode}"]`);
        await scanByKeys(visited, COFFEE.barcode);
        await line(visited, COFFEE);
        assert.equal(await page.inputValue(`[data-key="quantity${RICE.barcode}"]`), '1');
        await page.fill('#scan', RICE.barcode);
        await page.click('form.scan button');
        await page.waitForFunction((code) => document.querySelector(`[data-key="quantity${code}"]`).value === '2', RICE.barcode);
        assert.deepEqual(wrong, []);
        await visited.close();
    });

    test('an unknown code says so, and the sale stays as it is', async () => {
        const visited = await visit('sari');
        const {page} = visited;
        await scanByKeys(visited, '8990000000000');
        assert.match(await (await page.waitForSelector('#scan-problem:not([hidden])')).textContent(), /8990000000000/);
        await page.waitForSelector('#cart .empty');
        await scanByKeys(visited, RICE.barcode);
        await line(visited, RICE);
        assert.ok(await page.isHidden('#scan-problem'));
        await visited.close();
    });

    test('a camera: one scan while the code is in sight, and a clear word when there is none', async () => {
        // A detector that sees the code for one second, and a stream without a device behind it.
        const visited = await visit('sari', {init: () => {
            const since = {at: 0};
            window.BarcodeDetector = class {
                async detect() {
                    since.at ||= performance.now();
                    return performance.now() - since.at < 1000 ? [{rawValue: '8991000000003', format: 'ean_13'}] : [];
                }
            };
            const media = {getUserMedia: async () => {
                if (window.noCamera) throw new DOMException('Requested device not found', 'NotFoundError');
                return document.createElement('canvas').captureStream();
            }};
            Object.defineProperty(navigator, 'mediaDevices', {value: media, configurable: true});
            HTMLMediaElement.prototype.play = async () => {};
        }});
        const {page, wrong} = visited;
        await page.click('#camera');
        await line(visited, RICE);
        await page.waitForTimeout(1500);
        assert.equal(await page.inputValue(`[data-key="quantity${RICE.barcode}"]`), '1');
        await page.click('#camera');
        assert.ok(await page.isHidden('video'));
        await page.evaluate(() => { window.noCamera = true; });
        await page.click('#camera');
        await page.waitForSelector('#messages >> text=Requested device not found');
        assert.deepEqual(wrong, []);
        await visited.close();
    });
});

describe('staff', () => {
    test('see neither the receiving view nor the buttons of administrators', async () => {
        const visited = await visit('sari');
        const {page} = visited;
        assert.equal(await page.$('#tab-receive'), null);
        await show(visited, 'stock');
        await page.waitForSelector('tbody tr');
        assert.equal(await page.$('#add-product'), null);
        assert.equal(await page.$('[data-key^=edit]'), null);
        await page.evaluate(() => { location.hash = '#receive'; });
        await page.waitForSelector('#tab-sell[aria-current=page]');
        await visited.close();
    });

    test('sign out, and a wrong password is told', async () => {
        const visited = await visit('sari');
        const {page} = visited;
        await page.click('#sign-out');
        await page.waitForSelector('#email');
        assert.ok(await page.isHidden('#tabs'));
        assert.equal(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('sb-')).length), 0);
        await page.fill('#email', warehouse.logins.sari.email);
        await page.fill('#password', 'wrong password');
        await page.keyboard.press('Enter');
        assert.equal(await (await page.waitForSelector('.notice:not([hidden])')).textContent(), 'E-mail or password is wrong.');
        await visited.close();
    });

    test('stay signed in over a reload', async () => {
        const visited = await visit('sari');
        await visited.page.reload();
        await visited.page.waitForSelector('#scan');
        assert.deepEqual(visited.wrong, []);
        await visited.close();
    });

    test('sell by keyboard alone, from signing in', async () => {
        const visited = await visit(null);
        const {page, wrong} = visited;
        const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.dataset.key || document.activeElement.tagName);
        const tabTo = async (id) => {
            for (let i = 0; i < 40; i++) {
                if (await focused() === id) return;
                await page.keyboard.press('Tab');
            }
            assert.fail(`Tab does not reach ${id}`);
        };
        await page.keyboard.type(warehouse.logins.budi.email);
        await tabTo('password');
        await page.keyboard.type(warehouse.logins.budi.password);
        await page.keyboard.press('Enter');
        await page.waitForSelector('#scan');
        await tabTo('scan');
        await page.keyboard.type(COFFEE.barcode, {delay: 80}); // a person, not a scanner
        await page.keyboard.press('Enter');
        await line(visited, COFFEE);
        await tabTo('more' + COFFEE.barcode);
        await page.keyboard.press('Enter');
        assert.equal(await focused(), 'more' + COFFEE.barcode, 'the focus stays on the button');
        await tabTo('record');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#messages >> text=/Rp\\s77,000/');
        assert.equal(await focused(), 'scan');
        assert.deepEqual(wrong, []);
        await visited.close();
    });
});

describe('every view', () => {
    const looks = [['light', 'en'], ['dark', 'en'], ['light', 'id']];
    for (const [width, height] of [[360, 740], [1280, 800]]) for (const [scheme, language] of looks) {
        test(`${width} px, ${scheme}, ${language}: fits, axe finds nothing, no error`, async () => {
            const visited = await visit(null, {width, height, scheme, locale: language === 'id' ? 'id-ID' : 'en-US'});
            const {page, wrong} = visited;
            const name = (view) => `gudang-${view}-${width}-${language}${scheme === 'dark' ? '-dark' : ''}`;
            const check = async (view) => {
                await assertFits(visited, view);
                await assertAccessible(visited, view);
                await screenshot(visited, name(view));
            };
            assert.equal(await page.getAttribute('html', 'lang'), language);
            await check('sign-in');
            await signInPage(visited, warehouse.logins.admin);
            for (const view of VIEWS) {
                await show(visited, view);
                if (view === 'sell') for (const code of [COFFEE.barcode, RICE.barcode, '8991009819569']) {
                    await scanByKeys(visited, code);
                    await line(visited, {barcode: code});
                }
                if (view === 'receive') {
                    await scanByKeys(visited, COFFEE.barcode);
                    await page.waitForSelector('#amount');
                }
                await check(view);
            }
            assert.deepEqual(wrong, []);
            await visited.close();
        });
    }

    test('the language switches in place and is remembered', async () => {
        const visited = await visit('admin');
        const {page} = visited;
        await page.click('#language');
        await page.waitForSelector('h1 >> text=Jual');
        assert.equal(await page.getAttribute('html', 'lang'), 'id');
        await page.reload();
        await page.waitForSelector('h1 >> text=Jual');
        await page.click('#language');
        await page.waitForSelector('h1 >> text=Sell');
        await visited.close();
    });
});

describe('an empty warehouse', () => {
    test('each view says what is missing', async () => {
        const bare = await openWarehouse({seed: false});
        try {
            const visited = await openPage(browser, bare.base);
            await signInPage(visited, bare.logins.admin);
            const {page, wrong} = visited;
            await page.waitForSelector('.empty >> text=No sale yet');
            for (const [view, text] of [['stock', 'No product matches'], ['low', 'Nothing is low'], ['movements', 'No movements yet']]) {
                await show(visited, view);
                await page.waitForSelector(`.empty >> text=${text}`);
                await assertAccessible(visited, `empty ${view}`);
            }
            assert.deepEqual(wrong, []);
            await visited.close();
        } finally {
            assert.equal(await bare.stop(), null);
        }
    });
});

describe('a server that is gone', () => {
    test('what is shown stays and says it is old; new views offer to try again', async () => {
        const short = await openWarehouse();
        const visited = await openPage(browser, short.base);
        await signInPage(visited, short.logins.sari);
        const {page} = visited;
        await show(visited, 'stock');
        await page.waitForSelector('tbody tr');
        assert.equal(await short.stop(), null);
        await page.waitForSelector('.status.bad');
        assert.ok(await page.$('tbody tr'));
        await page.click('#tab-low');
        await page.waitForSelector('.notice >> text=The server cannot be reached.');
        await page.click('text=Try again');
        await page.waitForSelector('.notice >> text=The server cannot be reached.');
        await assertAccessible(visited, 'the error');
        await page.click('#tab-sell');
        await page.fill('#scan', RICE.barcode);
        await page.keyboard.press('Enter');
        await page.waitForSelector('#scan-problem >> text=The server cannot be reached.');
        await visited.close();
    });
});

// app.js - the warehouse's page: sign in, sell, receive, look at stock and movements.
// It talks to the API with supabase-js alone; what a user may do is decided by the database.
import {chart} from './chart.js';
import {el, field, find, message} from './dom.js';
import {clock, count, currentLanguage, day, money, otherLanguage, t, useLanguage} from './i18n.js';
import {listenForScanner, scanner} from './scan.js';

const REFRESH_MS = 5000;
const CHART_DAYS = 14;

const state = {
    api: null,
    session: null,
    view: 'sell',
    cart: [], // {barcode, name, price, quantity, inStock}
    refresh: null,
};

const isAdmin = () => state.session?.user.app_metadata?.role === 'admin';
const complain = (error) => message(t('failed', {message: error.message}), true);

// ---- data ------------------------------------------------------------------------------------

async function must(request) {
    const {data, error} = await request;
    if (error) throw error;
    return data;
}

const productByCode = (barcode) =>
    must(state.api.from('stock_overview').select('*').eq('barcode', barcode).maybeSingle());

// ---- frame -----------------------------------------------------------------------------------

const views = {
    sell: {title: 'sell', show: showSell},
    receive: {title: 'receive', show: showReceive, admin: true},
    stock: {title: 'stock', show: showStock},
    low: {title: 'low', show: showLow},
    movements: {title: 'movements', show: showMovements},
};

function drawFrame() {
    document.querySelectorAll('[data-t]').forEach((node) => { node.textContent = t(node.dataset.t); });
    document.querySelectorAll('[data-t-label]').forEach((node) => node.setAttribute('aria-label', t(node.dataset.tLabel)));
    const language = find('#language');
    language.textContent = otherLanguage() === 'id' ? 'Bahasa Indonesia' : 'English';
    language.lang = otherLanguage();
    const user = state.session?.user;
    find('#who').textContent = user ? user.email : '';
    find('#who').title = user ? user.email + (isAdmin() ? ` (${t('administrator')})` : '') : '';
    find('#sign-out').hidden = !user;
    const tabs = find('#tabs');
    tabs.hidden = !user;
    tabs.replaceChildren(...Object.entries(views)
        .filter(([, view]) => !view.admin || isAdmin())
        .map(([name, view]) => el('button', {
            type: 'button', id: 'tab-' + name, 'aria-current': name === state.view ? 'page' : undefined,
            onclick: () => go(name),
        }, t(view.title))));
}

function go(name) {
    state.view = views[name] && (!views[name].admin || isAdmin()) ? name : 'sell';
    if (location.hash !== '#' + state.view) history.replaceState(null, '', '#' + state.view);
    draw();
}

function draw() {
    clearInterval(state.refresh);
    state.refresh = null;
    drawFrame();
    if (state.session) views[state.view].show(find('#main'));
    else showSignIn(find('#main'));
}

// Shows "loading", then what build(data) makes; on failure the error and a way to try again.
// every: loads again in the background, keeping what is shown while it works.
function load(box, read, build, every) {
    let first = true;
    async function once() {
        if (first) box.replaceChildren(el('p', {class: 'loading', role: 'status'}, t('loading')));
        try {
            const data = await read();
            if (!box.isConnected) return;
            first = false;
            box.replaceChildren(...[build(data)].flat());
        } catch (error) {
            if (!first || !box.isConnected) return;
            box.replaceChildren(
                el('p', {class: 'notice', role: 'alert'}, t('failed', {message: error.message})),
                el('button', {type: 'button', onclick: once}, t('retry')));
        }
    }
    once();
    if (every) state.refresh = setInterval(() => { if (!document.hidden) once(); }, every);
    return once;
}

// ---- signing in ------------------------------------------------------------------------------

function showSignIn(main) {
    const problem = el('p', {class: 'notice', role: 'alert', hidden: true});
    const button = el('button', {type: 'submit'}, t('signIn'));
    const form = el('form', {class: 'card', onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        problem.hidden = true;
        const {error} = await state.api.auth.signInWithPassword({
            email: form.elements.email.value, password: form.elements.password.value,
        });
        button.disabled = false;
        if (!error) return;
        problem.textContent = error.code === 'invalid_credentials' ? t('wrongLogin') : t('failed', {message: error.message});
        problem.hidden = false;
        form.elements.password.focus();
    }},
    el('h1', {}, t('signIn')),
    field(t('email'), 'email', {type: 'email', autocomplete: 'username', required: true}),
    field(t('password'), 'password', {type: 'password', autocomplete: 'current-password', required: true}),
    problem, button);
    main.replaceChildren(el('div', {class: 'narrow'}, form));
    form.elements.email.focus();
}

// ---- selling ---------------------------------------------------------------------------------

async function addToCart(code) {
    const line = state.cart.find((item) => item.barcode === code);
    if (line) line.quantity++;
    else {
        try {
            const product = await productByCode(code);
            if (!product) return message(t('unknownCode', {code}), true);
            state.cart.push({barcode: code, name: product.name, price: Number(product.price), quantity: 1, inStock: product.quantity});
        } catch (error) {
            return complain(error);
        }
    }
    if (state.view === 'sell') drawCart();
}

function cartLine(item, index) {
    const set = (quantity) => {
        item.quantity = Math.max(1, Math.min(100000, Math.trunc(quantity) || 1));
        drawCart();
    };
    return el('li', {},
        el('div', {class: 'name'}, el('strong', {}, item.name), el('br'),
            el('span', {class: 'who'}, `${money(item.price)} · ${t('inStock', {quantity: count(item.inStock)})}`)),
        el('div', {class: 'stepper'},
            el('button', {type: 'button', class: 'quiet', 'aria-label': `${t('less')}: ${item.name}`, onclick: () => set(item.quantity - 1)}, '−'),
            el('input', {type: 'number', min: 1, value: item.quantity, 'aria-label': `${t('quantity')}: ${item.name}`, onchange: (event) => set(event.target.value)}),
            el('button', {type: 'button', class: 'quiet', 'aria-label': `${t('more')}: ${item.name}`, onclick: () => set(item.quantity + 1)}, '+')),
        el('button', {type: 'button', class: 'quiet', 'aria-label': `${t('remove')}: ${item.name}`, onclick: () => { state.cart.splice(index, 1); drawCart(); }}, '✕'));
}

function drawCart() {
    const box = find('#cart');
    if (!box) return;
    const total = state.cart.reduce((sum, item) => sum + item.price * item.quantity, 0);
    box.replaceChildren(...(state.cart.length === 0
        ? [el('p', {class: 'empty'}, t('emptyCart'))]
        : [el('ul', {class: 'lines', 'aria-label': t('lines')}, state.cart.map(cartLine)),
            el('p', {class: 'row'}, el('span', {class: 'grow'}, t('total')), el('span', {class: 'total', id: 'total'}, money(total))),
            el('div', {class: 'row'},
                el('button', {type: 'button', id: 'record', onclick: recordSale}, t('record')),
                el('button', {type: 'button', class: 'quiet', onclick: () => { state.cart = []; drawCart(); }}, t('clear')))]));
}

async function recordSale() {
    const button = find('#record');
    button.disabled = true;
    try {
        const items = state.cart.map(({barcode, quantity}) => ({barcode, quantity}));
        const sale = await must(state.api.rpc('record_sale', {items}));
        state.cart = [];
        message(t('saleDone', {id: sale.id, total: money(sale.total)}));
    } catch (error) {
        complain(error);
    }
    drawCart();
    find('#scan')?.focus();
}

function showSell(main) {
    const scan = scanner(addToCart, t('add'));
    main.replaceChildren(el('h1', {}, t('sell')), el('div', {class: 'split'},
        el('section', {class: 'card', 'aria-label': t('scan')}, scan.box),
        el('section', {class: 'card'}, el('h2', {}, t('cart')), el('div', {id: 'cart', 'aria-live': 'polite'}))));
    drawCart();
    scan.input.focus();
}

// ---- receiving -------------------------------------------------------------------------------

let scannedForReceipt = null;

function showReceive(main) {
    const box = el('div', {'aria-live': 'polite'});
    const choose = async (code) => {
        try {
            const product = await productByCode(code);
            if (!product) return message(t('unknownCode', {code}), true);
            box.replaceChildren(receiptForm(product));
            find('#amount').focus();
            find('#amount').select();
        } catch (error) {
            complain(error);
        }
    };
    scannedForReceipt = choose;
    const scan = scanner(choose, t('add'));
    main.replaceChildren(el('h1', {}, t('receive')),
        el('section', {class: 'card', 'aria-label': t('scan')}, scan.box), box);
    scan.input.focus();
}

function receiptForm(product) {
    const form = el('form', {class: 'card', onsubmit: async (event) => {
        event.preventDefault();
        const button = find('#receive-button');
        button.disabled = true;
        try {
            const movement = await must(state.api.rpc('receive_goods', {
                product_barcode: product.barcode, amount: Number(form.elements.amount.value),
                remark: form.elements.remark.value || null,
            }));
            message(t('receiveDone', {quantity: count(movement.quantity), name: product.name}));
            form.remove();
            find('#scan').focus();
        } catch (error) {
            complain(error);
            button.disabled = false;
        }
    }},
    el('h2', {}, product.name), el('p', {class: 'who'}, `${product.barcode} · ${t('inStock', {quantity: count(product.quantity)})}`),
    field(t('quantity'), 'amount', {type: 'number', min: 1, max: 1000000, required: true, value: 1}),
    field(t('note'), 'remark', {maxlength: 200}),
    el('button', {type: 'submit', id: 'receive-button'}, t('receiveButton')));
    return form;
}

// ---- stock -----------------------------------------------------------------------------------

function stockTable(products, again) {
    const head = [[t('product')], [t('category'), 'wide'], [t('price'), 'number wide'], [t('stock'), 'number']];
    const row = (p) => el('tr', {},
        el('td', {}, p.name, ' ', p.low && el('span', {class: 'tag'}, t('isLow')), el('div', {class: 'code'}, p.barcode)),
        el('td', {class: 'wide'}, p.category), el('td', {class: 'number wide'}, money(p.price)),
        el('td', {class: 'number', 'data-stock': p.barcode}, count(p.quantity)),
        isAdmin() && el('td', {class: 'number'}, el('button', {type: 'button', class: 'quiet', 'aria-label': `${t('edit')}: ${p.name}`, onclick: () => editProduct(p, again)}, t('edit'))));
    return el('div', {class: 'table-wrap', tabindex: 0, role: 'region', 'aria-label': t('stock')}, el('table', {},
        el('thead', {}, el('tr', {}, head.map(([text, style]) => el('th', {scope: 'col', class: style}, text)),
            isAdmin() && el('th', {scope: 'col', class: 'number'}, t('actions')))),
        el('tbody', {}, products.map(row))));
}

function showStock(main) {
    const box = el('div');
    const search = el('input', {id: 'search', type: 'search', autocomplete: 'off', oninput: () => again()});
    const read = () => {
        const words = search.value.trim().replace(/[%_*\\]/g, ' ');
        let query = state.api.from('stock_overview').select('*').order('name').limit(300);
        if (/^\d{6,}$/.test(words)) query = query.eq('barcode', words);
        else if (words) query = query.ilike('name', `%${words}%`);
        return must(query);
    };
    const build = (products) => [
        products.length ? stockTable(products, () => again()) : el('p', {class: 'empty'}, t('emptyStock')),
        el('p', {class: 'who'}, t('updated', {time: clock(new Date())})),
    ];
    main.replaceChildren(el('h1', {}, t('stock')), el('div', {class: 'row', style: 'margin-bottom:1rem'},
        el('div', {class: 'grow'}, el('label', {for: 'search'}, t('search')), search),
        isAdmin() && el('button', {type: 'button', style: 'align-self:end', onclick: () => editProduct(null, () => again())}, t('addProduct'))),
    el('section', {class: 'card'}, box));
    const again = load(box, read, build, REFRESH_MS);
}

function showLow(main) {
    const box = el('section', {class: 'card'});
    const read = () => must(state.api.from('stock_overview').select('*').is('low', true).order('quantity').order('name'));
    const item = (p) => el('li', {},
        el('div', {class: 'name'}, el('strong', {}, p.name), el('div', {class: 'code'}, p.barcode)),
        el('span', {class: 'tag'}, `${count(p.quantity)} / ${count(p.minimum_stock)}`));
    main.replaceChildren(el('h1', {}, t('low')), box);
    load(box, read, (products) => (products.length
        ? el('ul', {class: 'lines'}, products.map(item))
        : el('p', {class: 'empty'}, t('emptyLow'))), REFRESH_MS);
}

async function editProduct(product, done) {
    const dialog = find('#dialog');
    const categories = await must(state.api.from('categories').select('id,name').order('name')).catch(() => []);
    const choices = el('select', {id: 'category', name: 'category'}, categories.map((c) =>
        el('option', {value: c.id, selected: c.name === product?.category}, c.name)));
    const act = async (request, text) => {
        try {
            await must(request);
            dialog.close();
            message(t(text));
            done();
        } catch (error) {
            complain(error);
        }
    };
    const table = () => state.api.from('products');
    const form = el('form', {onsubmit: (event) => {
        event.preventDefault();
        const f = form.elements;
        const values = {barcode: f.barcode.value, name: f.name.value, category_id: Number(f.category.value), price: f.price.value, minimum_stock: Number(f.minimum.value)};
        act(product ? table().update(values).eq('id', product.id) : table().insert(values), 'saved');
    }},
    el('h2', {id: 'dialog-title'}, product ? product.name : t('addProduct')),
    field(t('scan'), 'barcode', {value: product?.barcode ?? '', required: true, pattern: '[0-9]{8}|[0-9]{12,14}', inputmode: 'numeric'}),
    field(t('name'), 'name', {value: product?.name ?? '', required: true, maxlength: 200}),
    el('div', {class: 'field'}, el('label', {for: 'category'}, t('category')), choices),
    field(t('price'), 'price', {type: 'number', min: 0, step: 0.01, required: true, value: product?.price ?? ''}),
    field(t('minimum'), 'minimum', {type: 'number', min: 0, required: true, value: product?.minimum_stock ?? 0}),
    el('div', {class: 'row'},
        el('button', {type: 'submit'}, t('save')),
        el('button', {type: 'button', class: 'quiet', onclick: () => dialog.close()}, t('cancel')),
        product && el('button', {type: 'button', class: 'danger', onclick: () => {
            if (confirm(t('confirmDelete', {name: product.name}))) act(table().delete().eq('id', product.id), 'deleted');
        }}, t('remove_product'))));
    dialog.replaceChildren(form);
    dialog.showModal();
}

// ---- movements -------------------------------------------------------------------------------

function showMovements(main) {
    const box = el('section', {class: 'card'});
    const read = async () => (await must(state.api.from('movement_days').select('*').order('day', {ascending: false}).limit(CHART_DAYS))).reverse();
    const build = (days) => (days.length === 0 ? el('p', {class: 'empty'}, t('noMovements')) : [
        el('div', {class: 'legend'}, el('span', {}, el('i', {class: 'received'}), t('received')), el('span', {}, el('i', {class: 'sold'}), t('sold'))),
        chart(days),
        el('details', {}, el('summary', {}, t('asTable')), el('table', {},
            el('thead', {}, el('tr', {}, el('th', {scope: 'col'}, t('day')), el('th', {scope: 'col', class: 'number'}, t('received')), el('th', {scope: 'col', class: 'number'}, t('sold')))),
            el('tbody', {}, days.map((d) => el('tr', {}, el('td', {}, day(d.day)), el('td', {class: 'number'}, count(d.received)), el('td', {class: 'number'}, count(d.sold))))))),
    ]);
    main.replaceChildren(el('h1', {}, t('movements')), box);
    load(box, read, build);
}

// ---- start -----------------------------------------------------------------------------------

async function start() {
    const project = await (await fetch('/.well-known/dapur.json')).json();
    state.api = window.supabase.createClient(location.origin, project.publishable_key);
    find('#language').addEventListener('click', () => { useLanguage(otherLanguage()); draw(); });
    find('#sign-out').addEventListener('click', () => state.api.auth.signOut());
    listenForScanner((code) => {
        if (!state.session) return;
        if (state.view === 'receive') scannedForReceipt?.(code);
        else {
            if (state.view !== 'sell') go('sell');
            addToCart(code);
        }
    });
    window.addEventListener('hashchange', () => go(location.hash.slice(1)));
    state.view = views[location.hash.slice(1)] ? location.hash.slice(1) : 'sell';
    state.api.auth.onAuthStateChange((event, session) => {
        const was = state.session?.user.id;
        state.session = session;
        if (!session) state.cart = [];
        // A refreshed token changes nothing that is shown.
        if (was !== session?.user.id || event === 'INITIAL_SESSION') go(state.view);
    });
}

start().catch((error) => {
    find('#main').replaceChildren(el('p', {class: 'notice', role: 'alert'}, t('failed', {message: error.message})));
});
document.documentElement.lang = currentLanguage();

// views/sell.js - the till: scanned products, their quantities, one button.
import {latestSales, productByCode, recordSale} from '../data.js';
import {el, empty, find, icon, message, notice, replace} from '../dom.js';
import {count, explain, moment, money, pieces, t} from '../i18n.js';
import {scanner, scanProblem} from '../scan.js';
import {live} from './live.js';

export const focuses = true;

const QUANTITY_MAX = 100000;
const cart = {lines: [], problem: '', busy: false}; // line: {barcode, name, price, quantity, inStock}
let recent = null;

export function forget() {
    cart.lines = [];
    cart.problem = '';
}

export async function scanned(code) {
    scanProblem('');
    try {
        const product = await productByCode(code);
        if (!product) return scanProblem(t('unknownCode', {code}));
        const line = cart.lines.find((item) => item.barcode === code);
        if (line) Object.assign(line, {quantity: line.quantity + 1, inStock: product.quantity});
        else cart.lines.unshift({barcode: code, name: product.name, price: Number(product.price), quantity: 1, inStock: product.quantity});
        cart.problem = '';
        drawCart();
    } catch (error) {
        scanProblem(explain(error));
    }
}

function setQuantity(line, quantity) {
    line.quantity = Math.max(1, Math.min(QUANTITY_MAX, Math.trunc(Number(quantity)) || 1));
    cart.problem = '';
    drawCart();
}

function removeLine(line) {
    cart.lines = cart.lines.filter((item) => item !== line);
    cart.problem = '';
    drawCart();
    find('#scan')?.focus();
}

function stepper(line) {
    const button = (name, sign, by) => el('button', {
        type: 'button', class: 'quiet square', 'data-key': name + line.barcode, 'aria-label': `${t(name)}: ${line.name}`,
        onclick: () => setQuantity(line, line.quantity + by),
    }, icon(sign));
    return el('div', {class: 'stepper'}, button('less', 'minus', -1),
        el('input', {type: 'number', min: 1, max: QUANTITY_MAX, value: line.quantity, 'data-key': 'quantity' + line.barcode,
            'aria-label': `${t('quantity')}: ${line.name}`, onchange: (event) => setQuantity(line, event.target.value)}),
        button('more', 'plus', 1));
}

function cartLine(line) {
    const over = line.quantity > line.inStock;
    return el('li', {'data-line': line.barcode},
        el('div', {class: 'line-name'}, el('strong', {}, line.name),
            el('span', {class: over ? 'soft over' : 'soft'}, `${money(line.price)} · ${t('inStock', {quantity: count(line.inStock)})}`)),
        el('button', {type: 'button', class: 'ghost square', 'aria-label': `${t('remove')}: ${line.name}`, onclick: () => removeLine(line)}, icon('remove')),
        stepper(line),
        el('span', {class: 'line-total'}, money(cents(line) / 100)));
}

// What is shown here is a preview; the total that counts is computed in the database.
const cents = (line) => Math.round(line.price * 100) * line.quantity;
const units = (lines) => lines.reduce((sum, line) => sum + line.quantity, 0);

function drawCart() {
    const box = find('#cart');
    if (!box) return;
    if (cart.lines.length === 0) return box.replaceChildren(empty('sell', t('emptyCart')));
    const total = cart.lines.reduce((sum, line) => sum + cents(line), 0) / 100;
    replace(box, el('ul', {class: 'cart-lines', 'aria-label': t('lines')}, cart.lines.map(cartLine)),
        el('div', {class: 'sum'}, el('div', {}, el('div', {}, t('total')), el('div', {class: 'soft'}, pieces(units(cart.lines)))),
            el('output', {class: 'total', id: 'total'}, money(total))),
        cart.problem ? notice(cart.problem) : [],
        el('div', {class: 'actions'},
            el('button', {type: 'button', id: 'record', class: 'large', 'data-key': 'record', disabled: cart.busy, onclick: record}, t('record')),
            el('button', {type: 'button', class: 'quiet', 'data-key': 'clear', onclick: () => { forget(); drawCart(); find('#scan').focus(); }}, t('clear'))));
}

async function record() {
    if (cart.busy) return;
    cart.busy = true;
    drawCart();
    try {
        const sale = await recordSale(cart.lines.map(({barcode, quantity}) => ({barcode, quantity})));
        forget();
        message(t('saleDone', {id: sale.id, total: money(sale.total)}));
        recent?.again();
    } catch (error) {
        cart.problem = explain(error);
    }
    cart.busy = false;
    drawCart();
    find('#scan')?.focus();
}

function recentSale(sale) {
    const names = sale.sale_lines.map((line) => line.products?.name).filter(Boolean).join(', ');
    return el('li', {},
        el('div', {class: 'line-name'}, el('strong', {}, t('saleNumber', {id: sale.id})), el('span', {class: 'soft clip'}, names)),
        el('div', {class: 'line-end'}, el('strong', {}, money(sale.total)), el('span', {class: 'soft'}, `${pieces(units(sale.sale_lines))} · ${moment(sale.sold_at)}`)));
}

export function show(box) {
    const scan = scanner(scanned, t('add')), sales = el('div');
    box.replaceChildren(el('div', {class: 'split'},
        el('section', {class: 'card', 'aria-label': t('scan')}, scan.box),
        el('section', {class: 'card cart', 'aria-labelledby': 'cart-title'}, el('h2', {id: 'cart-title'}, t('cart')), el('div', {id: 'cart', 'aria-live': 'polite'})),
        el('section', {class: 'card', 'aria-labelledby': 'recent-title'}, el('h2', {id: 'recent-title'}, t('recentSales')), sales)));
    drawCart();
    scan.input.focus();
    recent = live(sales, latestSales, (rows) => (rows.length ? el('ul', {class: 'rows'}, rows.map(recentSale)) : empty('check', t('noSales'))));
    return recent.stop;
}

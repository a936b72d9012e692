// views/receive.js - goods that arrive; for administrators.
import {productByCode, receiveGoods} from '../data.js';
import {el, empty, field, find, message, notice} from '../dom.js';
import {count, explain, t} from '../i18n.js';
import {scanner, scanProblem} from '../scan.js';

export const focuses = true;

const AMOUNT_MAX = 1000000;

export async function scanned(code) {
    scanProblem('');
    try {
        const product = await productByCode(code);
        if (!product) return scanProblem(t('unknownCode', {code}));
        find('#arrival')?.replaceChildren(form(product));
        find('#amount')?.select();
    } catch (error) {
        scanProblem(explain(error));
    }
}

async function receive(product, elements) {
    const button = find('#receive-button');
    button.disabled = true;
    try {
        const movement = await receiveGoods(product.barcode, Number(elements.amount.value), elements.remark.value || null);
        message(t('receiveDone', {quantity: count(movement.quantity), name: product.name}));
        find('#arrival').replaceChildren(empty('receive', t('emptyReceive')));
        find('#scan').focus();
    } catch (error) {
        button.before(notice(explain(error)));
        button.disabled = false;
    }
}

function form(product) {
    return el('form', {onsubmit: (event) => {
        event.preventDefault();
        event.target.querySelector('.notice')?.remove();
        receive(product, event.target.elements);
    }},
    el('div', {class: 'found'},
        el('div', {class: 'line-name'}, el('h2', {}, product.name), el('span', {class: 'soft code'}, `${product.barcode} · ${product.category}`)),
        el('div', {class: 'line-end'}, el('strong', {class: 'figure'}, count(product.quantity)), el('span', {class: 'soft'}, t('nowInStock')))),
    el('div', {class: 'pair'},
        field(t('quantity'), 'amount', {type: 'number', min: 1, max: AMOUNT_MAX, required: true, value: 1, inputmode: 'numeric'}),
        field(t('note'), 'remark', {maxlength: 200, placeholder: t('noteHint'), autocomplete: 'off'})),
    el('button', {type: 'submit', id: 'receive-button', class: 'large'}, t('receiveButton')));
}

// handed: the barcode of a product that another view wants received.
export function show(box, {handed}) {
    const scan = scanner(scanned, t('find'));
    box.replaceChildren(el('div', {class: 'split even'},
        el('section', {class: 'card', 'aria-label': t('scan')}, scan.box),
        el('section', {class: 'card', id: 'arrival', 'aria-live': 'polite', 'aria-label': t('receive')}, empty('receive', t('emptyReceive')))));
    scan.input.focus();
    if (handed) scanned(handed);
}

// views/stock.js - what is there: figures, search, the table; administrators change products here.
import {products, summary} from '../data.js';
import {el, empty, icon} from '../dom.js';
import {count, money, t} from '../i18n.js';
import {live} from './live.js';
import {editProduct} from './product_dialog.js';

function figures(s) {
    const figure = (name, value, style) => el('div', {class: 'card figure-card'},
        el('dt', {class: 'soft'}, t(name)), el('dd', {class: style ? 'figure ' + style : 'figure'}, value));
    return el('dl', {class: 'figures'}, figure('products', count(s.products)), figure('units', count(s.units)),
        figure('value', money(s.value)), figure('low', count(s.low), s.low ? 'warn' : ''));
}

function row(p, edit) {
    return el('tr', {},
        el('td', {}, el('div', {class: 'line-name'}, el('span', {class: 'name'}, p.name), el('span', {class: 'soft code'}, p.barcode))),
        el('td', {class: 'wide'}, p.category),
        el('td', {class: 'number wide'}, money(p.price)),
        el('td', {class: 'number', 'data-stock': p.barcode}, p.low ? el('span', {class: 'tag'}, t('isLow')) : [], ' ', el('strong', {}, count(p.quantity))),
        edit && el('td', {class: 'number tight'}, el('button', {
            type: 'button', class: 'ghost square', 'data-key': 'edit' + p.id, 'aria-label': `${t('edit')}: ${p.name}`, onclick: () => edit(p),
        }, icon('edit'))));
}

function table(rows, edit) {
    const column = (name, style) => el('th', {scope: 'col', class: style}, t(name));
    return el('div', {class: 'table-wrap', tabindex: 0, role: 'region', 'aria-label': t('stock')}, el('table', {},
        el('thead', {}, el('tr', {}, column('product'), column('category', 'wide'), column('price', 'number wide'), column('stock', 'number'),
            edit && el('th', {scope: 'col', class: 'number tight'}, el('span', {class: 'hidden'}, t('actions'))))),
        el('tbody', {}, rows.map((p) => row(p, edit)))));
}

export function show(box, {isAdmin}) {
    const list = el('section', {class: 'card flush'}), top = el('div');
    const search = el('input', {id: 'search', type: 'search', autocomplete: 'off', placeholder: t('searchHint'), oninput: () => part.again()});
    const edit = isAdmin ? (product) => editProduct(product, () => { part.again(); above.again(); }) : null;
    box.replaceChildren(top, el('div', {class: 'tools'},
        el('div', {class: 'search'}, el('label', {for: 'search', class: 'hidden'}, t('search')), icon('search'), search),
        isAdmin && el('button', {type: 'button', id: 'add-product', onclick: () => edit(null)}, icon('plus'), t('addProduct'))), list);
    const above = live(top, summary, figures);
    const part = live(list, () => products(search.value), (rows) => (rows.length ? table(rows, edit) : empty('search', t('emptyStock'))));
    return () => { above.stop(); part.stop(); };
}

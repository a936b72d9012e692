// views/low.js - what has to be ordered.
import {lowProducts} from '../data.js';
import {el, empty} from '../dom.js';
import {count, t} from '../i18n.js';
import {live} from './live.js';

// How full, as ten steps: widths come from the style sheet (fill-0 to fill-10).
const fullness = (p) => Math.max(0, Math.min(10, Math.round(10 * p.quantity / Math.max(1, p.minimum_stock))));

function item(p, context) {
    return el('li', {'data-low': p.barcode},
        el('div', {class: 'line-name'}, el('strong', {}, p.name), el('span', {class: 'soft code'}, `${p.barcode} · ${p.category}`)),
        el('div', {class: 'gauge'},
            el('span', {}, t('ofMinimum', {quantity: count(p.quantity), minimum: count(p.minimum_stock)})),
            el('div', {class: 'track', 'aria-hidden': 'true'}, el('div', {class: `fill fill-${fullness(p)}`}))),
        context.isAdmin && el('button', {
            type: 'button', class: 'quiet', 'data-key': 'receive' + p.id, 'aria-label': `${t('receive')}: ${p.name}`, onclick: () => context.go('receive', p.barcode),
        }, t('receive')));
}

export function show(box, context) {
    const list = el('section', {class: 'card'});
    box.replaceChildren(list);
    return live(list, lowProducts, (rows) => (rows.length
        ? el('ul', {class: 'rows'}, rows.map((p) => item(p, context)))
        : empty('check', t('emptyLow')))).stop;
}

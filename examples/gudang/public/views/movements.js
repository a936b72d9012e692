// views/movements.js - the ledger: a chart of the last days, and the latest rows.
import {chart} from '../chart.js';
import {latestMovements, movementDays} from '../data.js';
import {el, empty} from '../dom.js';
import {count, day, moment, t} from '../i18n.js';
import {live} from './live.js';

const CHART_DAYS = 14;
const CHART_WIDTH_LEAST = 260;

function asTable(days) {
    const column = (name, style) => el('th', {scope: 'col', class: style}, t(name));
    return el('details', {}, el('summary', {}, t('asTable')), el('table', {},
        el('thead', {}, el('tr', {}, column('day'), column('received', 'number'), column('sold', 'number'))),
        el('tbody', {}, days.map((d) => el('tr', {}, el('td', {}, day(d.day)),
            el('td', {class: 'number'}, count(d.received)), el('td', {class: 'number'}, count(d.sold)))))));
}

function chartPart(days, width) {
    if (days.length === 0) return empty('movements', t('noMovements'));
    const key = (kind) => el('span', {}, el('i', {class: kind}), t(kind));
    return [el('div', {class: 'card-head'}, el('h2', {}, t('perDay')), el('div', {class: 'legend'}, key('received'), key('sold'))), chart(days, width), asTable(days)];
}

function movement(m) {
    return el('li', {},
        el('div', {class: 'line-name'}, el('strong', {}, m.products?.name ?? ''), el('span', {class: 'soft'}, [t(m.kind), m.note, moment(m.created_at)].filter(Boolean).join(' · '))),
        el('strong', {class: m.quantity > 0 ? 'signed in' : 'signed out'}, (m.quantity > 0 ? '+' : '−') + count(Math.abs(m.quantity))));
}

export function show(box) {
    const bars = el('section', {class: 'card'}), latest = el('div');
    box.replaceChildren(bars, el('section', {class: 'card'}, el('h2', {}, t('latest')), latest));
    const width = () => Math.max(CHART_WIDTH_LEAST, bars.clientWidth - 2 * parseFloat(getComputedStyle(bars).paddingLeft));
    // The width belongs to what is shown: another one draws the chart anew.
    const part = live(bars, async () => ({days: await movementDays(CHART_DAYS), width: width()}), (data) => chartPart(data.days, data.width));
    const rows = live(latest, latestMovements, (found) => (found.length ? el('ul', {class: 'rows'}, found.map(movement)) : empty('movements', t('noMovements'))));
    window.addEventListener('resize', part.again);
    return () => {
        window.removeEventListener('resize', part.again);
        part.stop();
        rows.stop();
    };
}

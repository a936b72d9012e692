// chart.js - units in and out per day, as bars.
import {el} from './dom.js';
import {count, day, t} from './i18n.js';

const WIDTH = 720, HEIGHT = 260, LEFT = 44, BOTTOM = 26, TOP = 10;

// 1, 2 or 5 times a power of ten, at least a quarter of the highest bar.
function gridStep(highest) {
    const power = 10 ** Math.floor(Math.log10(Math.max(highest / 4, 1)));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step * 4 >= highest);
}

export function chart(days) {
    const highest = Math.max(1, ...days.map((d) => Math.max(d.received, d.sold)));
    const step = gridStep(highest), top = Math.ceil(highest / step) * step;
    const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
    const slot = (WIDTH - LEFT) / days.length, bar = Math.min(18, slot * 0.36);
    const svg = el('svg', {class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': t('chartTitle')});
    for (let value = 0; value <= top; value += step) {
        svg.append(el('line', {class: 'grid', x1: LEFT, x2: WIDTH, y1: y(value), y2: y(value)}),
            el('text', {x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end'}, count(value)));
    }
    days.forEach((d, index) => {
        const middle = LEFT + slot * (index + 0.5);
        svg.append(column('received', d.received, middle - bar), column('sold', d.sold, middle));
        if (days.length <= 8 || index % 2 === days.length % 2)
            svg.append(el('text', {x: middle, y: HEIGHT - 8, 'text-anchor': 'middle'}, day(d.day)));
    });
    function column(kind, value, x) {
        return el('rect', {class: kind, x, y: y(value), width: bar - 1, height: y(0) - y(value), rx: 2},
            el('title', {}, `${t(kind)}: ${count(value)}`));
    }
    return svg;
}

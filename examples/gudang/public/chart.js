// chart.js - units in and out per day, as bars.
import {el} from './dom.js';
import {count, day, t} from './i18n.js';

const HEIGHT = 260, LEFT = 40, BOTTOM = 28, TOP = 10, LABEL_WIDTH = 58;

// 1, 2 or 5 times a power of ten, at least a quarter of the highest bar.
function gridStep(highest) {
    const power = 10 ** Math.floor(Math.log10(Math.max(highest / 4, 1)));
    return [1, 2, 5, 10].map((factor) => factor * power).find((step) => step * 4 >= highest);
}

// width: in CSS pixels, so that the texts keep their size on every screen.
export function chart(days, width) {
    const highest = Math.max(1, ...days.map((d) => Math.max(d.received, d.sold)));
    const step = gridStep(highest), top = Math.ceil(highest / step) * step;
    const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / top);
    const slot = (width - LEFT) / days.length, bar = Math.min(20, slot * 0.36);
    const every = Math.ceil(LABEL_WIDTH / slot); // a label under each, every second, third... day
    const column = (kind, value, x) => el('rect', {class: kind, x, y: y(value), width: bar - 2, height: y(0) - y(value), rx: 2},
        el('title', {}, `${t(kind)}: ${count(value)}`));
    const svg = el('svg', {class: 'chart', viewBox: `0 0 ${width} ${HEIGHT}`, role: 'img', 'aria-label': t('chartTitle')});
    for (let value = 0; value <= top; value += step)
        svg.append(el('line', {class: 'grid', x1: LEFT, x2: width, y1: y(value), y2: y(value)}),
            el('text', {x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end'}, count(value)));
    days.forEach((d, index) => {
        const middle = LEFT + slot * (index + 0.5);
        svg.append(column('received', d.received, middle - bar + 1), column('sold', d.sold, middle + 1));
        if ((days.length - 1 - index) % every === 0)
            svg.append(el('text', {x: Math.min(middle, width - LABEL_WIDTH / 2 + 8), y: HEIGHT - 8, 'text-anchor': 'middle'}, day(d.day)));
    });
    return svg;
}

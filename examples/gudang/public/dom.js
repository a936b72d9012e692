// dom.js - elements from data. Text is always set as text, never as markup; no inline styles, so
// the strict content security policy holds.

const SVG = new Set(['svg', 'g', 'path', 'circle', 'rect', 'line', 'text', 'title']);

// el('button', {class: 'quiet', onclick: f}, 'Save'): attributes, on… listeners, then children.
export function el(name, attributes = {}, ...children) {
    const node = SVG.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
        else if (key === 'value' && 'value' in node) node.value = value;
        else node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

export const find = (selector) => document.querySelector(selector);

// Puts nodes into box. The focus stays where it was: on the new element with the same data-key.
export function replace(box, ...nodes) {
    const key = box.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
    box.replaceChildren(...nodes.flat());
    if (key) box.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

// A labelled input; extra attributes go to the input.
export function field(label, id, attributes = {}) {
    return el('div', {class: 'field'}, el('label', {for: id}, label), el('input', {id, name: id, ...attributes}));
}

export const notice = (text) => el('p', {class: 'notice', role: 'alert'}, text);

export const heading = (title, about) => el('div', {class: 'heading'}, el('h1', {}, title), about && el('p', {class: 'soft'}, about));

export const empty = (name, text) => el('div', {class: 'empty'}, icon(name), el('p', {}, text));

// ---- icons: 24 by 24, drawn with the colour of the text -------------------------------------------

const PATHS = {
    sell: 'M3 4h2l2.4 11h10.2L20 7H6M9 20h.01M17 20h.01',
    receive: 'M12 3v11m0 0 4-4m-4 4-4-4M4 15v4a1 1 0 0 0 1 1h14a1 1 0 0 0 1-1v-4',
    stock: 'm12 3 8 4.5v9L12 21l-8-4.5v-9zM4 7.5l8 4.5 8-4.5M12 12v9',
    low: 'M12 9v4m0 3.5v.01M10.3 4 2.6 17.5A2 2 0 0 0 4.3 20.500h15.4a2 2 0 0 0 1.7-3L13.700 4a2 2 0 0 0-3.4 0z',
    movements: 'M4 20V10m5.300 10V4m5.400 16v-7M20 20V7',
    camera: 'M4 8h3l1.500-2.500h7L17 8h3v11H4zM12 16.500a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400z',
    barcode: 'M4 6v12M7.500 6v12M10.500 6v12M14 6v12M17 6v12M20 6v12',
    edit: 'm4 20 1-4L16 5l3 3L8 19zM14 7l3 3',
    remove: 'M6 6l12 12M18 6 6 18',
    search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5',
    check: 'm5 13 4.500 4.500L19.500 7',
    plus: 'M12 5v14M5 12h14',
    minus: 'M5 12h14',
};

export function icon(name) {
    return el('svg', {class: 'icon', viewBox: '0 0 24 24', 'aria-hidden': 'true', focusable: 'false'}, el('path', {d: PATHS[name]}));
}

// ---- messages --------------------------------------------------------------------------------------

const MESSAGE_MS = 6000, BAD_MESSAGE_MS = 12000;

// A line at the bottom that goes away by itself; bad ones are read out at once.
export function message(text, bad = false) {
    const line = el('p', {class: bad ? 'bad' : undefined, role: bad ? 'alert' : undefined}, icon(bad ? 'low' : 'check'), el('span', {}, text));
    const messages = find('#messages');
    messages.append(line);
    while (messages.children.length > 3) messages.firstChild.remove();
    setTimeout(() => line.remove(), bad ? BAD_MESSAGE_MS : MESSAGE_MS);
}

// dom.js - elements from data. Text is always set as text, never as markup.

// el('button', {class: 'quiet', onclick: f}, 'Save'): attributes, on… listeners, then children.
export function el(name, attributes = {}, ...children) {
    const svg = ['svg', 'g', 'rect', 'line', 'text', 'title'].includes(name);
    const node = svg ? document.createElementNS('http://www.w3.org/2000/svg', name) : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
        if (value === undefined || value === null || value === false) continue;
        if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
        else if (key === 'value') node.value = value;
        else node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
    return node;
}

export const find = (selector) => document.querySelector(selector);

// A labelled input; extra attributes go to the input.
export function field(label, id, attributes = {}) {
    return el('div', {class: 'field'}, el('label', {for: id}, label), el('input', {id, name: id, ...attributes}));
}

const MESSAGE_MS = 7000;

// A line at the bottom that goes away by itself; bad ones are read out at once.
export function message(text, bad = false) {
    const line = el('p', {class: bad ? 'bad' : undefined, role: bad ? 'alert' : undefined}, text);
    find('#messages').append(line);
    setTimeout(() => line.remove(), MESSAGE_MS);
}

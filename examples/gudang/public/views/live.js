// views/live.js - a part of a view that loads, and keeps itself up to date.
import {el, notice, replace} from '../dom.js';
import {clock, explain, t} from '../i18n.js';

const REFRESH_MS = 5000;

// Shows "loading", then what build(data) makes of what read() brings; on failure the error and a way to
// try again. When it fails later, what is shown stays, with a line that says so.
// Answers {again, stop}: load now, and load no more.
export function live(box, read, build) {
    const content = el('div'), status = el('p', {class: 'soft status'});
    let shown = null, turn = 0, waiting = false;
    box.replaceChildren(content, status);

    function fail(error) {
        if (shown !== null) {
            status.textContent = t('notUpdated', {message: explain(error)});
            status.classList.add('bad');
            return;
        }
        content.replaceChildren(notice(explain(error)), el('button', {type: 'button', onclick: () => { loading(); again(); }}, t('retry')));
    }
    const loading = () => content.replaceChildren(el('p', {class: 'loading', role: 'status'}, el('span', {class: 'spinner'}), t('loading')));
    async function again() {
        const mine = ++turn;
        waiting = true;
        try {
            const data = await read();
            if (mine !== turn || !box.isConnected) return; // a later load has overtaken this one
            const text = JSON.stringify(data);
            if (text !== shown) replace(content, build(data));
            shown = text;
            status.classList.remove('bad');
            status.textContent = t('updated', {time: clock(new Date())});
        } catch (error) {
            if (mine === turn && box.isConnected) fail(error);
        }
        if (mine === turn) waiting = false;
    }
    loading();
    again();
    // Not while a load is on its way: one that fails slowly would be overtaken for ever, and never told.
    const timer = setInterval(() => { if (!document.hidden && !waiting) again(); }, REFRESH_MS);
    return {again, stop: () => clearInterval(timer)};
}

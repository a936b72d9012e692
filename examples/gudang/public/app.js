// app.js - the warehouse's page: its frame, who is signed in, which view is shown.
//
//   data.js      every request to the API (supabase-js)
//   views/*.js   one view each: show(main, context)
//   scan.js      barcodes; chart.js bars; i18n.js texts; dom.js elements
import {connect} from './data.js';
import {el, find, heading, icon, notice} from './dom.js';
import {explain, languageName, otherLanguage, t, useLanguage} from './i18n.js';
import {listenForScanner} from './scan.js';
import * as low from './views/low.js';
import * as movements from './views/movements.js';
import * as receive from './views/receive.js';
import * as sell from './views/sell.js';
import * as signIn from './views/sign_in.js';
import * as stock from './views/stock.js';

// admin: shown to administrators alone; the database refuses others whatever the page shows.
const views = {
    sell: {...sell, title: 'sell', about: 'sellAbout', tab: 'sell'},
    receive: {...receive, title: 'receive', about: 'receiveAbout', tab: 'receive', admin: true},
    stock: {...stock, title: 'stock', about: 'stockAbout', tab: 'stock'},
    low: {...low, title: 'low', about: 'lowAbout', tab: 'lowTab'},
    movements: {...movements, title: 'movements', about: 'movementsAbout', tab: 'movementsTab'},
};

const state = {auth: null, session: null, view: 'sell', leave: null};

const isAdmin = () => state.session?.user.app_metadata?.role === 'admin';
const mayShow = (name) => views[name] && (!views[name].admin || isAdmin());

function drawWho() {
    const user = state.session?.user;
    const who = find('#who');
    who.hidden = !user;
    if (user) who.replaceChildren(
        el('span', {class: 'avatar', 'aria-hidden': 'true'}, user.email[0].toUpperCase()),
        el('span', {class: 'who-text'}, el('span', {class: 'who-mail', title: user.email}, user.email),
            el('span', {class: 'who-role'}, t(isAdmin() ? 'administrator' : 'staff'))));
    find('#sign-out').hidden = !user;
}

function drawTabs() {
    const tabs = find('#tabs');
    tabs.hidden = !state.session;
    tabs.replaceChildren(...Object.keys(views).filter(mayShow).map((name) => el('button', {
        type: 'button', id: 'tab-' + name, 'aria-current': name === state.view ? 'page' : undefined, onclick: () => go(name),
    }, icon(name), el('span', {}, t(views[name].tab)))));
}

function drawFrame() {
    document.querySelectorAll('[data-t]').forEach((node) => { node.textContent = t(node.dataset.t); });
    document.querySelectorAll('[data-t-label]').forEach((node) => node.setAttribute('aria-label', t(node.dataset.tLabel)));
    const language = find('#language');
    language.replaceChildren(el('span', {class: 'long'}, languageName(otherLanguage())), el('span', {class: 'short', 'aria-hidden': 'true'}, otherLanguage().toUpperCase()));
    language.lang = otherLanguage();
    document.body.classList.toggle('signed-out', !state.session);
    document.title = state.session ? `${t(views[state.view].title)} · Gudang` : 'Gudang';
    drawWho();
    drawTabs();
}

// A view's show() may answer a function to call when the view is left. with: what another view hands over.
function draw(handed) {
    state.leave?.();
    state.leave = null;
    const main = find('#main');
    if (!mayShow(state.view)) state.view = 'sell';
    drawFrame();
    if (!state.session) return signIn.show(main, state.auth);
    const view = views[state.view], body = el('div', {class: 'view'});
    main.replaceChildren(heading(t(view.title), t(view.about)), body);
    state.leave = view.show(body, {isAdmin: isAdmin(), go, handed}) ?? null;
}

function go(name, handed) {
    const typed = ['tab-' + name].includes(document.activeElement?.id);
    state.view = mayShow(name) ? name : 'sell';
    if (location.hash !== '#' + state.view) history.replaceState(null, '', '#' + state.view);
    draw(handed);
    window.scrollTo(0, 0);
    // The tab was drawn anew: whoever walks by keyboard stays on it.
    if (typed && !views[state.view].focuses) find('#tab-' + state.view).focus();
}

function scanned(code) {
    if (!state.session) return;
    if (!views[state.view].scanned) go('sell');
    views[state.view].scanned(code);
}

function sessionChanged(event, session) {
    const was = state.session?.user.id, is = session?.user.id;
    state.session = session;
    if (was !== is) sell.forget();
    // A refreshed token changes nothing that is shown.
    if (was !== is || event === 'INITIAL_SESSION') draw();
}

async function start() {
    state.view = views[location.hash.slice(1)] ? location.hash.slice(1) : 'sell';
    find('#language').addEventListener('click', () => { useLanguage(otherLanguage()); draw(); });
    find('#sign-out').addEventListener('click', () => state.auth.signOut());
    window.addEventListener('hashchange', () => go(location.hash.slice(1)));
    listenForScanner(scanned);
    drawFrame();
    state.auth = await connect();
    state.auth.onAuthStateChange(sessionChanged);
}

start().catch((error) => find('#main').replaceChildren(notice(explain(error))));

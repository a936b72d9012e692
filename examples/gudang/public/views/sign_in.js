// views/sign_in.js - the door.
import {el, field, find} from '../dom.js';
import {explain, t} from '../i18n.js';

export function show(main, auth) {
    const problem = el('p', {class: 'notice', role: 'alert', hidden: true});
    const button = el('button', {type: 'submit', class: 'large'}, t('signIn'));
    const form = el('form', {class: 'card', onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        problem.hidden = true;
        const {error} = await auth.signInWithPassword({email: form.elements.email.value, password: form.elements.password.value});
        button.disabled = false;
        if (!error) return;
        problem.textContent = error.code === 'invalid_credentials' ? t('wrongLogin') : explain(error);
        problem.hidden = false;
        form.elements.password.focus();
    }},
    el('h1', {}, t('welcome')), el('p', {class: 'soft'}, t('signInAbout')),
    field(t('email'), 'email', {type: 'email', autocomplete: 'username', required: true}),
    field(t('password'), 'password', {type: 'password', autocomplete: 'current-password', required: true}),
    problem, button);
    main.replaceChildren(el('div', {class: 'door'}, form));
    find('#email').focus();
}

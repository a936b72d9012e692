// views/product_dialog.js - makes, changes and deletes a product.
import {categories, deleteProduct, saveProduct} from '../data.js';
import {el, field, find, message, notice} from '../dom.js';
import {explain, t} from '../i18n.js';

async function act(request, text, done) {
    const dialog = find('#dialog');
    dialog.querySelector('.notice')?.remove();
    try {
        await request;
        dialog.close();
        message(t(text));
        done();
    } catch (error) {
        dialog.querySelector('.actions').before(notice(explain(error)));
    }
}

// The first press asks, the second deletes.
function deleteButton(product, done) {
    const button = el('button', {type: 'button', class: 'danger', onclick: () => {
        if (button.dataset.sure) return act(deleteProduct(product.id), 'deleted', done);
        button.dataset.sure = 'yes';
        button.textContent = t('confirmDelete');
    }}, t('deleteProduct'));
    return button;
}

const values = (f) => ({
    barcode: f.barcode.value.trim(), name: f.name.value.trim(), category_id: Number(f.category.value),
    price: f.price.value, minimum_stock: Number(f.minimum.value),
});

// product: a row of stock_overview, or null for a new one. done() is called after a change.
export async function editProduct(product, done) {
    const dialog = find('#dialog');
    let known;
    try {
        known = await categories();
    } catch (error) {
        return message(explain(error), true);
    }
    const choices = el('select', {id: 'category', name: 'category'}, known.map((c) => el('option', {value: c.id, selected: c.name === product?.category}, c.name)));
    dialog.replaceChildren(el('form', {onsubmit: (event) => {
        event.preventDefault();
        act(saveProduct(product?.id, values(event.target.elements)), 'saved', done);
    }},
    el('h2', {id: 'dialog-title'}, product ? product.name : t('addProduct')),
    field(t('scan'), 'barcode', {value: product?.barcode ?? '', required: true, pattern: '[0-9]{8}|[0-9]{12,14}', inputmode: 'numeric', autocomplete: 'off'}),
    field(t('name'), 'name', {value: product?.name ?? '', required: true, maxlength: 200, autocomplete: 'off'}),
    el('div', {class: 'field'}, el('label', {for: 'category'}, t('category')), choices),
    el('div', {class: 'pair'},
        field(t('price'), 'price', {type: 'number', min: 0, step: 0.01, required: true, value: product?.price ?? ''}),
        field(t('minimum'), 'minimum', {type: 'number', min: 0, required: true, value: product?.minimum_stock ?? 0})),
    el('div', {class: 'actions'}, el('button', {type: 'submit', id: 'save'}, t('save')),
        el('button', {type: 'button', class: 'quiet', onclick: () => dialog.close()}, t('cancel')),
        product && deleteButton(product, done))));
    dialog.showModal();
}

// data.js - everything that the page asks of the API. What a user may do is decided by the database.

let api = null;

export async function connect() {
    const project = await (await fetch('/.well-known/dapur.json')).json();
    api = window.supabase.createClient(location.origin, project.publishable_key);
    return api.auth;
}

// Without supabase-js's own retries: lists ask again by themselves, and whoever scans wants to know at once.
async function must(request) {
    const {data, error} = await request.retry(false);
    if (error) throw error;
    return data;
}

const overview = () => api.from('stock_overview').select('*');

export const productByCode = (barcode) => must(overview().eq('barcode', barcode).maybeSingle());

// words: a barcode, or any part of a name.
export function products(words) {
    const plain = words.trim().replace(/[%_*\\]/g, ' ');
    const query = overview().order('name').limit(300);
    if (/^\d{6,}$/.test(plain)) return must(query.eq('barcode', plain));
    return must(plain ? query.ilike('name', `%${plain}%`) : query);
}

export const lowProducts = () => must(overview().is('low', true).order('quantity').order('name'));
export const summary = () => must(api.from('stock_summary').select('*').single());
export const categories = () => must(api.from('categories').select('id,name').order('name'));

export const recordSale = (items) => must(api.rpc('record_sale', {items}));
export const receiveGoods = (barcode, amount, remark) =>
    must(api.rpc('receive_goods', {product_barcode: barcode, amount, remark}));

export const latestSales = () => must(api.from('sales')
    .select('id,total,sold_at,sale_lines(quantity,products(name))').order('id', {ascending: false}).limit(5));

export const latestMovements = () => must(api.from('movements')
    .select('id,kind,quantity,note,created_at,products(name,barcode)')
    .order('created_at', {ascending: false}).order('id', {ascending: false}).limit(12));

// The last `days` days that have movements, oldest first.
export const movementDays = async (days) =>
    (await must(api.from('movement_days').select('*').order('day', {ascending: false}).limit(days))).reverse();

export const saveProduct = (id, values) =>
    must(id ? api.from('products').update(values).eq('id', id) : api.from('products').insert(values));
export const deleteProduct = (id) => must(api.from('products').delete().eq('id', id));

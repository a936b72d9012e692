// i18n.js - every text of the page, in English and Indonesian.

const texts = {
    en: {
        skip: 'Skip to content', views: 'Views', signOut: 'Sign out', signIn: 'Sign in', email: 'E-mail',
        password: 'Password', sell: 'Sell', receive: 'Receive', stock: 'Stock', low: 'Low stock',
        movements: 'Movements', scan: 'Barcode', scanHint: 'Scan, or type and press Enter', add: 'Add',
        camera: 'Camera', closeCamera: 'Close camera', cart: 'This sale', total: 'Total', record: 'Record sale',
        clear: 'Clear', emptyCart: 'Scan a product to begin.', quantity: 'Quantity', remove: 'Remove',
        less: 'One less', more: 'One more', product: 'Product', category: 'Category', price: 'Price',
        minimum: 'Minimum', search: 'Search', loading: 'Loading…', emptyStock: 'No product matches.',
        emptyLow: 'Nothing is low. Well done.', unknownCode: 'No product has the barcode {code}.',
        saleDone: 'Sale {id} recorded: {total}', receiveDone: '{quantity} × {name} received',
        receiveButton: 'Receive goods', note: 'Note (optional)', received: 'Received', sold: 'Out', day: 'Day',
        asTable: 'As a table', failed: 'That did not work: {message}', retry: 'Try again', isLow: 'low',
        inStock: '{quantity} in stock', cameraFailed: 'The camera cannot be used: {message}', edit: 'Edit',
        addProduct: 'Add product', save: 'Save', cancel: 'Cancel', remove_product: 'Delete', name: 'Name',
        saved: 'Saved', deleted: 'Deleted', noMovements: 'No movements yet.', updated: 'Updated {time}',
        chartTitle: 'Units received and sent out per day', administrator: 'administrator',
        lines: 'Products in this sale', confirmDelete: 'Delete {name}?', actions: 'Actions',
        wrongLogin: 'E-mail or password is wrong.',
    },
    id: {
        skip: 'Lompat ke isi', views: 'Tampilan', signOut: 'Keluar', signIn: 'Masuk', email: 'Email',
        password: 'Kata sandi', sell: 'Jual', receive: 'Terima', stock: 'Stok', low: 'Stok menipis',
        movements: 'Pergerakan', scan: 'Kode batang', scanHint: 'Pindai, atau ketik lalu tekan Enter', add: 'Tambah',
        camera: 'Kamera', closeCamera: 'Tutup kamera', cart: 'Penjualan ini', total: 'Jumlah', record: 'Catat penjualan',
        clear: 'Kosongkan', emptyCart: 'Pindai produk untuk memulai.', quantity: 'Banyaknya', remove: 'Hapus',
        less: 'Kurangi satu', more: 'Tambah satu', product: 'Produk', category: 'Kategori', price: 'Harga',
        minimum: 'Minimum', search: 'Cari', loading: 'Memuat…', emptyStock: 'Tidak ada produk yang cocok.',
        emptyLow: 'Tidak ada yang menipis. Bagus.', unknownCode: 'Tidak ada produk dengan kode {code}.',
        saleDone: 'Penjualan {id} tercatat: {total}', receiveDone: '{quantity} × {name} diterima',
        receiveButton: 'Terima barang', note: 'Catatan (opsional)', received: 'Masuk', sold: 'Keluar', day: 'Hari',
        asTable: 'Sebagai tabel', failed: 'Tidak berhasil: {message}', retry: 'Coba lagi', isLow: 'menipis',
        inStock: 'stok {quantity}', cameraFailed: 'Kamera tidak dapat dipakai: {message}', edit: 'Ubah',
        addProduct: 'Tambah produk', save: 'Simpan', cancel: 'Batal', remove_product: 'Hapus', name: 'Nama',
        saved: 'Tersimpan', deleted: 'Terhapus', noMovements: 'Belum ada pergerakan.', updated: 'Diperbarui {time}',
        chartTitle: 'Unit masuk dan keluar per hari', administrator: 'administrator',
        lines: 'Produk dalam penjualan ini', confirmDelete: 'Hapus {name}?', actions: 'Tindakan',
        wrongLogin: 'Email atau kata sandi salah.',
    },
};

let language = localStorage.getItem('language')
    ?? ((navigator.language || 'en').toLowerCase().startsWith('id') ? 'id' : 'en');

export const currentLanguage = () => language;
export const otherLanguage = () => (language === 'en' ? 'id' : 'en');

export function useLanguage(next) {
    language = next;
    localStorage.setItem('language', next);
    document.documentElement.lang = next;
}

// t('saleDone', {id: 7}): the text in the present language with its {names} filled in.
export function t(key, values = {}) {
    const text = texts[language][key] ?? texts.en[key] ?? key;
    return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

const locale = () => (language === 'id' ? 'id-ID' : 'en-GB');
export const money = (value) => new Intl.NumberFormat(locale(), {style: 'currency', currency: 'IDR'}).format(value);
export const count = (value) => new Intl.NumberFormat(locale()).format(value);
export const day = (iso) => new Intl.DateTimeFormat(locale(), {day: 'numeric', month: 'short', timeZone: 'UTC'}).format(new Date(iso + 'T00:00:00Z'));
export const clock = (date) => new Intl.DateTimeFormat(locale(), {timeStyle: 'medium'}).format(date);

useLanguage(language);

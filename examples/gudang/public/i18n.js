// i18n.js - every text of the page, in English and Indonesian.

const texts = {
    en: {
        skip: 'Skip to content', views: 'Views', signOut: 'Sign out', signIn: 'Sign in', email: 'E-mail',
        password: 'Password', welcome: 'Welcome back', signInAbout: 'Your warehouse: scan, sell, receive, and see what runs low.',
        wrongLogin: 'E-mail or password is wrong.', administrator: 'Administrator', staff: 'Staff',
        sell: 'Sell', receive: 'Receive', stock: 'Stock', low: 'Low stock', movements: 'Movements',
        lowTab: 'Low', movementsTab: 'History',
        sellAbout: 'Scan the products, check the quantities, record the sale.',
        receiveAbout: 'Scan what arrived and say how much of it.',
        stockAbout: 'Everything on the shelves, refreshed every few seconds.',
        lowAbout: 'Below the minimum, emptiest first.',
        movementsAbout: 'What came in and went out, the last 14 days.',
        scan: 'Barcode', scanHint: 'Scan or type', scanHelp: 'A hand scanner works anywhere on this page.', add: 'Add', find: 'Find',
        camera: 'Use the camera', closeCamera: 'Close the camera', cameraFailed: 'The camera cannot be used: {message}',
        cart: 'This sale', total: 'Total', record: 'Record sale', clear: 'Clear',
        emptyCart: 'Scan a product to begin.', lines: 'Products in this sale', piece: '1 piece', pieces: '{count} pieces',
        quantity: 'Quantity', remove: 'Remove', less: 'One less', more: 'One more',
        recentSales: 'Latest sales', noSales: 'No sale yet. The first one will show up here.', saleNumber: 'Sale {id}',
        saleDone: 'Sale {id} recorded: {total}', short: 'Not enough {name}: {wanted} wanted, {left} in stock.',
        receiveDone: '{quantity} × {name} received', receiveButton: 'Receive goods', note: 'Note (optional)',
        noteHint: 'Delivery note, supplier…', emptyReceive: 'Scan a product to receive it.', nowInStock: 'In stock now',
        product: 'Product', category: 'Category', price: 'Price', minimum: 'Minimum stock', actions: 'Actions',
        name: 'Name', search: 'Search', searchHint: 'Name or barcode', products: 'Products', units: 'Units', value: 'Stock value',
        edit: 'Edit', addProduct: 'Add product', save: 'Save', cancel: 'Cancel', deleteProduct: 'Delete',
        confirmDelete: 'Really delete', saved: 'Saved', deleted: 'Deleted', isLow: 'low', inStock: '{quantity} in stock',
        emptyStock: 'No product matches.', emptyLow: 'Nothing is low. Well done.', noMovements: 'No movements yet.',
        ofMinimum: '{quantity} of at least {minimum}',
        received: 'In', sold: 'Out', day: 'Day', perDay: 'Units per day', asTable: 'As a table', latest: 'Latest movements',
        chartTitle: 'Units in and out per day', receipt: 'Receipt', sale: 'Sale', adjustment: 'Adjustment',
        loading: 'Loading…', updated: 'Updated {time}', notUpdated: 'Not up to date: {message}', retry: 'Try again',
        failed: 'That did not work: {message}', offline: 'The server cannot be reached.',
        unknownCode: 'No product has the barcode {code}.',
    },
    id: {
        skip: 'Lompat ke isi', views: 'Tampilan', signOut: 'Keluar', signIn: 'Masuk', email: 'Email',
        password: 'Kata sandi', welcome: 'Selamat datang', signInAbout: 'Gudang Anda: pindai, jual, terima, dan lihat yang menipis.',
        wrongLogin: 'Email atau kata sandi salah.', administrator: 'Administrator', staff: 'Staf',
        sell: 'Jual', receive: 'Terima', stock: 'Stok', low: 'Stok menipis', movements: 'Pergerakan',
        lowTab: 'Menipis', movementsTab: 'Riwayat',
        sellAbout: 'Pindai produk, periksa jumlahnya, catat penjualan.',
        receiveAbout: 'Pindai barang yang datang dan isi jumlahnya.',
        stockAbout: 'Semua isi rak, diperbarui setiap beberapa detik.',
        lowAbout: 'Di bawah batas minimum, yang paling kosong lebih dulu.',
        movementsAbout: 'Barang masuk dan keluar, 14 hari terakhir.',
        scan: 'Kode batang', scanHint: 'Pindai/ketik', scanHelp: 'Pemindai genggam bekerja di mana saja di halaman ini.', add: 'Tambah', find: 'Cari',
        camera: 'Pakai kamera', closeCamera: 'Tutup kamera', cameraFailed: 'Kamera tidak dapat dipakai: {message}',
        cart: 'Penjualan ini', total: 'Jumlah', record: 'Catat penjualan', clear: 'Kosongkan',
        emptyCart: 'Pindai produk untuk memulai.', lines: 'Produk dalam penjualan ini', piece: '1 buah', pieces: '{count} buah',
        quantity: 'Banyaknya', remove: 'Hapus', less: 'Kurangi satu', more: 'Tambah satu',
        recentSales: 'Penjualan terakhir', noSales: 'Belum ada penjualan. Yang pertama akan tampil di sini.', saleNumber: 'Penjualan {id}',
        saleDone: 'Penjualan {id} tercatat: {total}', short: '{name} tidak cukup: diminta {wanted}, stok {left}.',
        receiveDone: '{quantity} × {name} diterima', receiveButton: 'Terima barang', note: 'Catatan (opsional)',
        noteHint: 'Surat jalan, pemasok…', emptyReceive: 'Pindai produk untuk menerimanya.', nowInStock: 'Stok sekarang',
        product: 'Produk', category: 'Kategori', price: 'Harga', minimum: 'Stok minimum', actions: 'Tindakan',
        name: 'Nama', search: 'Cari', searchHint: 'Nama atau kode batang', products: 'Produk', units: 'Unit', value: 'Nilai stok',
        edit: 'Ubah', addProduct: 'Tambah produk', save: 'Simpan', cancel: 'Batal', deleteProduct: 'Hapus',
        confirmDelete: 'Sungguh hapus', saved: 'Tersimpan', deleted: 'Terhapus', isLow: 'menipis', inStock: 'stok {quantity}',
        emptyStock: 'Tidak ada produk yang cocok.', emptyLow: 'Tidak ada yang menipis. Bagus.', noMovements: 'Belum ada pergerakan.',
        ofMinimum: '{quantity} dari minimal {minimum}',
        received: 'Masuk', sold: 'Keluar', day: 'Hari', perDay: 'Unit per hari', asTable: 'Sebagai tabel', latest: 'Pergerakan terakhir',
        chartTitle: 'Unit masuk dan keluar per hari', receipt: 'Penerimaan', sale: 'Penjualan', adjustment: 'Penyesuaian',
        loading: 'Memuat…', updated: 'Diperbarui {time}', notUpdated: 'Belum diperbarui: {message}', retry: 'Coba lagi',
        failed: 'Tidak berhasil: {message}', offline: 'Server tidak dapat dihubungi.',
        unknownCode: 'Tidak ada produk dengan kode {code}.',
    },
};

let language = localStorage.getItem('language')
    ?? ((navigator.language || 'en').toLowerCase().startsWith('id') ? 'id' : 'en');

export const otherLanguage = () => (language === 'en' ? 'id' : 'en');
export const languageName = (code) => (code === 'id' ? 'Bahasa Indonesia' : 'English');

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
// Whole rupiah unless the amount has sen.
export const money = (value) => new Intl.NumberFormat(locale(), {
    style: 'currency', currency: 'IDR', currencyDisplay: 'narrowSymbol', minimumFractionDigits: Number.isInteger(Number(value)) ? 0 : 2,
    maximumFractionDigits: 2,
}).format(value);
export const count = (value) => new Intl.NumberFormat(locale()).format(value);
export const pieces = (number) => t(number === 1 ? 'piece' : 'pieces', {count: count(number)});
export const day = (iso) => new Intl.DateTimeFormat(locale(), {day: 'numeric', month: 'short', timeZone: 'UTC'}).format(new Date(iso + 'T00:00:00Z'));
export const clock = (date) => new Intl.DateTimeFormat(locale(), {timeStyle: 'medium'}).format(date);
export const moment = (iso) => new Intl.DateTimeFormat(locale(), {day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit'}).format(new Date(iso));

// What went wrong, for a person: the refusals that the warehouse knows are said in their language.
export function explain(error) {
    const short = /^not enough (.+): (\d+) wanted, (\d+) in stock$/.exec(error.message);
    if (short) return t('short', {name: short[1], wanted: count(short[2]), left: count(short[3])});
    if (/fetch|network/i.test(error.message)) return t('offline');
    return t('failed', {message: error.message});
}

useLanguage(language);

// The warehouse's page in a real browser, on PostgreSQL.
import './helpers/on_postgres.mjs';
import './gudang_page.test.mjs';

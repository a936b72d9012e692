// The warehouse as each of its users, on PostgreSQL behind PgBouncer.
import './helpers/on_pooler.mjs';
import './gudang.test.mjs';
